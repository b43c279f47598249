import type { RunningPortside } from '../support/start-portside.ts'

export const INBOUND = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'] as const
export type Inbound = (typeof INBOUND)[number]
export const MODES = ['whole', 'stream'] as const
export type Mode = (typeof MODES)[number]

/** An answer told without its protocol. */
export type View = {
  readonly status: number
  readonly text: string
  readonly thinking: string
  readonly finish: string | undefined
  /** The message of a refusal, or of an error inside a stream. */
  readonly error: string | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: four protocols' bodies are read, and a field that is missing fails the test.
type Json = Record<string, any>

export type Asking = {
  readonly inbound: Inbound
  readonly mode: Mode
  readonly model: string
  readonly prompt: string
  /** The account that must serve. */
  readonly account: string
}

/** Asks in one protocol and reads what its client would see. */
export async function ask(portside: RunningPortside, asking: Asking): Promise<View> {
  const { path, body } = writeRequest(asking)
  const response = await portside.post(path, body, { headers: { 'x-portside-account': asking.account } })
  const raw = await response.text()
  const blank = { status: response.status, text: '', thinking: '', finish: undefined, error: undefined }
  if (response.status !== 200) return { ...blank, error: JSON.parse(raw).error.message }
  const read =
    asking.mode === 'whole' ? WHOLE[asking.inbound](JSON.parse(raw)) : readStream(asking.inbound, raw)
  return { ...blank, ...read }
}

function writeRequest({ inbound, mode, model, prompt }: Asking): { path: string; body: Json } {
  const stream = mode === 'stream'
  const messages = [{ role: 'user', content: prompt }]
  switch (inbound) {
    case 'openai-chat':
      return { path: '/v1/chat/completions', body: { model, stream, messages } }
    case 'openai-responses':
      return { path: '/v1/responses', body: { model, stream, input: prompt } }
    case 'anthropic':
      return { path: '/v1/messages', body: { model, stream, max_tokens: 4096, messages } }
    case 'gemini':
      return {
        path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
        body: {
          contents: [{ role: 'user', parts: [{ text: prompt }] }],
          ...(model === 'deepseek-reasoner'
            ? { generationConfig: { thinkingConfig: { includeThoughts: true } } }
            : {}),
        },
      }
  }
}

const FINISHES: Readonly<Record<string, string>> = {
  stop: 'stop',
  end_turn: 'stop',
  completed: 'stop',
  STOP: 'stop',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  MAX_TOKENS: 'length',
  content_filter: 'refused',
  refusal: 'refused',
  SAFETY: 'refused',
}

function neutral(word: string | null | undefined): string | undefined {
  return word == null ? undefined : (FINISHES[word] ?? word)
}

type Read = Partial<Omit<View, 'status'>>

const WHOLE: Readonly<Record<Inbound, (body: Json) => Read>> = {
  'openai-chat': ({ choices: [choice] }) => ({
    text: choice.message.content ?? '',
    thinking: choice.message.reasoning_content ?? '',
    finish: neutral(choice.finish_reason),
  }),
  'openai-responses': readResponse,
  anthropic: ({ content, stop_reason }) => ({
    text: content.map((block: Json) => block.text ?? '').join(''),
    thinking: content.map((block: Json) => block.thinking ?? '').join(''),
    finish: neutral(stop_reason),
  }),
  gemini: ({ candidates: [candidate] }) => ({
    ...geminiTexts(candidate),
    finish: neutral(candidate.finishReason),
  }),
}

function readResponse({ output, status, incomplete_details }: Json): Read {
  const texts = (type: string, field: string) =>
    output
      .filter((item: Json) => item.type === type)
      .flatMap((item: Json) => item[field].map((part: Json) => part.text))
      .join('')
  return {
    text: texts('message', 'content'),
    thinking: texts('reasoning', 'summary'),
    finish: neutral(status === 'completed' ? status : incomplete_details?.reason),
  }
}

function geminiTexts(candidate: Json): { text: string; thinking: string } {
  const parts: Json[] = candidate.content?.parts ?? []
  const join = (isThought: boolean) =>
    parts.map((part) => ((part.thought === true) === isThought ? (part.text ?? '') : '')).join('')
  return { text: join(false), thinking: join(true) }
}

type Gathered = { text: string; thinking: string; finish: string | undefined; error: string | undefined }

function readStream(inbound: Inbound, raw: string): Read {
  const seen: Gathered = { text: '', thinking: '', finish: undefined, error: undefined }
  for (const line of raw.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const event: Json = JSON.parse(line.slice(6))
    seen.error = event.error?.message ?? (event.type === 'error' ? event.message : undefined) ?? seen.error
    EVENTS[inbound](event, seen)
  }
  return seen
}

const EVENTS: Readonly<Record<Inbound, (event: Json, seen: Gathered) => void>> = {
  'openai-chat'({ choices = [] }, seen) {
    for (const { delta, finish_reason } of choices) {
      seen.text += delta.content ?? ''
      seen.thinking += delta.reasoning_content ?? ''
      seen.finish = neutral(finish_reason) ?? seen.finish
    }
  },
  'openai-responses'(event, seen) {
    if (event.type === 'response.output_text.delta') seen.text += event.delta
    if (event.type === 'response.reasoning_summary_text.delta') seen.thinking += event.delta
    if (event.type === 'response.failed') seen.error = event.response.error.message
    if (event.type === 'response.completed' || event.type === 'response.incomplete')
      seen.finish = readResponse(event.response).finish
  },
  anthropic(event, seen) {
    seen.text += event.delta?.text ?? ''
    seen.thinking += event.delta?.thinking ?? ''
    seen.finish = neutral(event.delta?.stop_reason) ?? seen.finish
  },
  gemini({ candidates = [] }, seen) {
    for (const candidate of candidates) {
      const { text, thinking } = geminiTexts(candidate)
      seen.text += text
      seen.thinking += thinking
      seen.finish = neutral(candidate.finishReason) ?? seen.finish
    }
  },
}
