import { type Api, answerOf, callBlockOf, callOf, NOW_MARK, saidBy } from './answers.ts'

/** What is wrong with an answer; undefined when it is right. */
export type Check = (status: number, body: Buffer) => string | undefined

/** Of streamed answers every so many one is read event by event; the others are looked at from outside. */
const READ_EVERY = 16

/** The answer has to be, byte by byte, what the upstream sent. */
export function checkSame(api: Api, model: string): Check {
  const { body: expected, paced } = answerOf(api, model)
  return (status, body) => {
    if (status !== 200) return badStatus(status, body)
    // A paced answer bears the times of its sending: its length alone is known before.
    if (paced === undefined ? body.equals(expected) : body.length === expected.length) return undefined
    return `the answer differs from the upstream's: ${excerpt(body)}`
  }
}

export type Translation = {
  /** The client's API. */
  readonly to: Api
  readonly model: string
  readonly isStreamed: boolean
  /** True where the upstream's words of a call have to become a call. */
  readonly isBridged: boolean
}

/**
 * The answer has to say, in another API, what the upstream said. Every whole answer is read, and of the streamed ones
 * the first and each sixteenth after it; the others must hold the first and the last word, the call, and the end.
 */
export function checkTranslated({ to, model, isStreamed, isBridged }: Translation): Check {
  const call = isBridged ? callOf(model) : undefined
  const text = isBridged ? saidBy(model) : saidBy(model) + (callBlockOf(model) ?? '')
  if (!isStreamed)
    return (status, body) =>
      status === 200 ? compare(text, wholeText(to, String(body)), body) : badStatus(status, body)
  const landmarks = [...outerWords(saidBy(model)), ...(call === undefined ? [] : ['save_note'])].map((word) =>
    Buffer.from(word),
  )
  const end = to === 'anthropic' ? '"message_stop"' : '[DONE]'
  let seen = 0
  return (status, body) => {
    if (status !== 200) return badStatus(status, body)
    if (!body.subarray(-400).includes(end)) return `the stream has no end: ${excerpt(body)}`
    const missing = landmarks.find((landmark) => !body.includes(landmark))
    if (missing !== undefined) return `the stream lacks “${missing}”: ${excerpt(body)}`
    if (seen++ % READ_EVERY !== 0) return undefined
    const said = readStream(to, String(body))
    return compare(text, said.text, body) ?? compareCalls(call, said.input, body)
  }
}

function outerWords(text: string): string[] {
  const words = text.trim().split(' ')
  return [words[0] ?? '', words.at(-1) ?? '']
}

/** Blanks at the end may go: a bridge takes away the line that led to a call. */
function compare(wanted: string, said: string, body: Buffer): string | undefined {
  return said.trimEnd() === wanted.trimEnd() ? undefined : `the answer says something else: ${excerpt(body)}`
}

function compareCalls(wanted: object | undefined, input: string, body: Buffer): string | undefined {
  if (wanted === undefined) return input === '' ? undefined : `a call that nobody made: ${excerpt(body)}`
  try {
    if (JSON.stringify(JSON.parse(input)) === JSON.stringify(wanted)) return undefined
  } catch {
    // Said below: the arguments are no JSON.
  }
  return `the call has other arguments: ${input.slice(0, 300)}`
}

function badStatus(status: number, body: Buffer): string {
  return `status ${status}: ${excerpt(body)}`
}

function excerpt(body: Buffer): string {
  return body.length <= 600 ? String(body) : `${body.subarray(0, 300)} … ${body.subarray(-300)}`
}

function wholeText(api: Api, json: string): string {
  try {
    const answer = JSON.parse(json)
    if (api === 'openai-chat') return answer.choices[0].message.content
    return answer.content.map((block: { text?: string }) => block.text ?? '').join('')
  } catch {
    return ''
  }
}

/** Text and the arguments of calls, as they add up over a stream. */
function readStream(api: Api, stream: string): { text: string; input: string } {
  const said = { text: '', input: '' }
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const event = JSON.parse(line.slice('data: '.length))
    const delta = api === 'anthropic' ? event.delta : event.choices?.[0]?.delta
    said.text += (api === 'anthropic' ? delta?.text : delta?.content) ?? ''
    said.input +=
      (api === 'anthropic' ? delta?.partial_json : delta?.tool_calls?.[0]?.function?.arguments) ?? ''
  }
  return said
}

const STAMP = new RegExp(`"(0[\\d.]{${NOW_MARK.length - 1}})"`, 'g')

/**
 * Milliseconds that the events of some bytes were on their way, each stamped with the time of its sending. An event
 * that the bytes cut in two is left out.
 */
export function latenessOf(bytes: Buffer, now: number): number[] {
  return Array.from(bytes.toString('latin1').matchAll(STAMP), ([, sentAt]) => now - Number(sentAt))
}
