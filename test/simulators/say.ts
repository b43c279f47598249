import type { ServerResponse } from 'node:http'
import type { SeenRequest } from './upstream.ts'

/** What a simulated model says in one turn. */
export type Saying = {
  readonly thinking?: string
  readonly text?: string
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly input: unknown }[]
}

const USAGE = { input: 120, output: 34 }

/** Answers one request as OpenAI's Chat Completions does, streamed where the request asks for it. */
export function sayAsOpenAiChat(request: SeenRequest, response: ServerResponse, saying: Saying): void {
  const base = {
    id: 'chatcmpl-sim1',
    created: 1_790_000_000,
    model: request.json.model,
    system_fingerprint: 'fp_sim',
  }
  const finish = saying.calls?.length ? 'tool_calls' : 'stop'
  const usage = {
    prompt_tokens: USAGE.input,
    completion_tokens: USAGE.output,
    total_tokens: USAGE.input + USAGE.output,
  }
  const calls = saying.calls?.map((call, index) => ({
    index,
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.input) },
  }))
  if (request.json.stream !== true) {
    const message = {
      role: 'assistant',
      content: saying.text ?? null,
      ...(saying.thinking === undefined ? {} : { reasoning_content: saying.thinking }),
      ...(calls === undefined ? {} : { tool_calls: calls.map(({ index: _index, ...call }) => call) }),
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        ...base,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason: finish }],
        usage,
      }),
    )
    return
  }
  const chunk = (delta: unknown, reason: string | null = null) =>
    frame({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }] })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(chunk({ role: 'assistant', content: '' }))
  for (const text of words(saying.thinking)) response.write(chunk({ reasoning_content: text }))
  for (const text of words(saying.text)) response.write(chunk({ content: text }))
  for (const call of calls ?? []) {
    response.write(
      chunk({ tool_calls: [{ ...call, function: { name: call.function.name, arguments: '' } }] }),
    )
    for (const text of halves(call.function.arguments))
      response.write(chunk({ tool_calls: [{ index: call.index, function: { arguments: text } }] }))
  }
  response.write(chunk({}, finish))
  const options = request.json.stream_options as { include_usage?: boolean } | undefined
  if (options?.include_usage)
    response.write(frame({ ...base, object: 'chat.completion.chunk', choices: [], usage }))
  response.end('data: [DONE]\n\n')
}

/** Answers one request as Anthropic's Messages API does. */
export function sayAsAnthropic(request: SeenRequest, response: ServerResponse, saying: Saying): void {
  const blocks: Record<string, unknown>[] = [
    ...(saying.thinking === undefined
      ? []
      : [{ type: 'thinking', thinking: saying.thinking, signature: 'c2lnbmF0dXJl' }]),
    ...(saying.text === undefined ? [] : [{ type: 'text', text: saying.text }]),
    ...(saying.calls ?? []).map((call) => ({
      type: 'tool_use',
      id: call.id,
      name: call.name,
      input: call.input,
    })),
  ]
  const stop = saying.calls?.length ? 'tool_use' : 'end_turn'
  const message = {
    id: 'msg_sim1',
    type: 'message',
    role: 'assistant',
    model: request.json.model,
    stop_sequence: null,
  }
  const usage = {
    input_tokens: USAGE.input,
    output_tokens: USAGE.output,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  }
  if (request.json.stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ...message, content: blocks, stop_reason: stop, usage }))
    return
  }
  const send = (event: { type: string } & Record<string, unknown>) =>
    response.write(`event: ${event.type}\n${frame(event)}`)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  send({
    type: 'message_start',
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
  })
  send({ type: 'ping' })
  for (const [index, block] of blocks.entries()) {
    const { start, deltas } = streamBlock(block)
    send({ type: 'content_block_start', index, content_block: start })
    for (const delta of deltas) send({ type: 'content_block_delta', index, delta })
    send({ type: 'content_block_stop', index })
  }
  send({
    type: 'message_delta',
    delta: { stop_reason: stop, stop_sequence: null },
    usage: { output_tokens: USAGE.output },
  })
  send({ type: 'message_stop' })
  response.end()
}

function streamBlock(block: Record<string, unknown>): { start: unknown; deltas: unknown[] } {
  switch (block.type) {
    case 'thinking':
      return {
        start: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          ...words(String(block.thinking)).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: block.signature },
        ],
      }
    case 'text':
      return {
        start: { type: 'text', text: '' },
        deltas: words(String(block.text)).map((text) => ({ type: 'text_delta', text })),
      }
    default:
      return {
        start: { ...block, input: {} },
        deltas: halves(JSON.stringify(block.input)).map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        })),
      }
  }
}

function frame(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

function words(text: string | undefined): string[] {
  return text?.match(/\S+\s*/g) ?? []
}

function halves(text: string): string[] {
  const middle = Math.floor(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '')
}
