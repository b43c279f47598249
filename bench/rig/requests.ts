import type { Api } from './answers.ts'

export type BenchRequest = {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly api: Api
  readonly model: string
  readonly stream: boolean
  /** Bytes of conversation in the body. */
  readonly bytes?: number
  /** Declares the bridge's tool. */
  readonly tools?: boolean
}

const SENTENCE = 'The harbour office asks for the height of the tide at noon. '

/** A whole HTTP request as it stands on the wire. */
export function writeRequest(request: BenchRequest, port: number): Buffer {
  const body = JSON.stringify(bodyOf(request))
  const headers = {
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...(request.api === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}),
    ...request.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`POST ${request.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}

function bodyOf({ api, model, stream, bytes = 200, tools = false }: BenchRequest): object {
  return {
    model,
    ...(api === 'anthropic' ? { max_tokens: 1024 } : {}),
    messages: conversation(bytes),
    stream,
    ...(stream && api === 'openai-chat' ? { stream_options: { include_usage: true } } : {}),
    ...(tools ? { tools: [toolOf(api)] } : {}),
  }
}

/** Turns of about four kilobytes, as agents send them; the last one is the user's. */
function conversation(bytes: number): object[] {
  const turns = Math.max(1, Math.floor(bytes / 8192) * 2 + 1)
  const text = SENTENCE.repeat(Math.max(1, Math.floor(bytes / turns / SENTENCE.length)))
  return Array.from({ length: turns }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: text,
  }))
}

function toolOf(api: Api): object {
  const schema = {
    type: 'object',
    properties: { path: { type: 'string' }, body: { type: 'string' } },
    required: ['path'],
  }
  const about = { name: 'save_note', description: 'Saves a note.' }
  return api === 'anthropic'
    ? { ...about, input_schema: schema }
    : { type: 'function', function: { ...about, parameters: schema } }
}
