import { type Api, answerOf, NOW_MARK } from './answers.ts'

export type Check = (status: number, body: Buffer) => string | undefined

/** Every so many answers one is read word by word; of the others the number of events and the end are looked at. */
const READ_EVERY = 16

/** The answer has to be, byte by byte, what the upstream sent. */
export function checkSame(api: Api, model: string): Check {
  const { body: expected, paced } = answerOf(api, model)
  return (status, body) => {
    if (status !== 200) return `status ${status}: ${body.subarray(0, 300)}`
    if (paced === undefined ? body.equals(expected) : body.length === expected.length) return undefined
    return `the answer differs from the upstream's: ${body.subarray(0, 200)} … ${body.subarray(-200)}`
  }
}

/** The answer has to say, in another API, what the upstream said. */
export function checkTranslated(to: Api, model: string, hasCall: boolean): Check {
  const [kind = '', count = '0'] = model.split('-')
  const events = kind === 'sse' || kind === 'call' ? Number(count) : 0
  const marker = Buffer.from(to === 'anthropic' ? '"text_delta"' : '"content":"')
  const end = to === 'anthropic' ? '"message_stop"' : '[DONE]'
  let seen = 0
  return (status, body) => {
    if (status !== 200) return `status ${status}: ${body.subarray(0, 300)}`
    if (events === 0) return body.includes('High water') || body.includes('tide tide') ? undefined : `no text: ${body.subarray(0, 300)}`
    if (!body.subarray(-400).includes(end)) return `no end: ${body.subarray(-300)}`
    if (hasCall && !body.includes('save_note')) return `no call: ${body.subarray(-600)}`
    if (countOf(body, marker) < Math.min(events, 1)) return 'no text deltas'
    if (seen++ % READ_EVERY !== 0) return undefined
    const said = textOf(to, String(body))
    const wanted = Array.from({ length: events }, (_, index) => `word${index} `).join('')
    return said.startsWith(wanted.trimEnd()) ? undefined : `another text: ${said.slice(0, 100)} … ${said.slice(-100)}`
  }
}

function countOf(body: Buffer, marker: Buffer): number {
  let count = 0
  for (let at = body.indexOf(marker); at !== -1; at = body.indexOf(marker, at + marker.length)) count++
  return count
}

function textOf(api: Api, stream: string): string {
  let text = ''
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const event = JSON.parse(line.slice('data: '.length))
    text += (api === 'anthropic' ? event.delta?.text : event.choices?.[0]?.delta?.content) ?? ''
  }
  return text
}

const NUMBER = /\d{1,12}\.\d{3}/

/** Milliseconds that the events of some bytes were on their way, each sent with the time of its sending. */
export function latenessOf(bytes: Buffer, now: number): number[] {
  const late: number[] = []
  const text = bytes.toString('latin1')
  for (const [piece] of text.matchAll(STAMP)) {
    const sentAt = NUMBER.exec(piece)?.[0]
    if (sentAt !== undefined) late.push(now - Number(sentAt))
  }
  return late
}

const STAMP = new RegExp(`"0{1,12}\\d[\\d.]{2,${NOW_MARK.length}}"`, 'g')
