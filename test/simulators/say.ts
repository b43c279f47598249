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

/** Answers one request as OpenAI's Responses API does. */
export function sayAsOpenAiResponses(request: SeenRequest, response: ServerResponse, saying: Saying): void {
  const head = {
    id: `resp_sim${lengthOf(request.json.input)}`,
    object: 'response',
    created_at: 1_790_000_000,
    model: request.json.model,
    error: null,
    incomplete_details: null,
  }
  const items = responseItems(saying)
  const usage = {
    input_tokens: USAGE.input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: USAGE.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: USAGE.input + USAGE.output,
  }
  const completed = { ...head, status: 'completed', output: items, usage }
  if (request.json.stream !== true) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(completed))
    return
  }
  let sequence_number = 0
  const send = (type: string, fields: object) =>
    response.write(`event: ${type}\n${frame({ type, sequence_number: sequence_number++, ...fields })}`)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const begun = { ...head, status: 'in_progress', output: [], usage: null }
  send('response.created', { response: begun })
  send('response.in_progress', { response: begun })
  for (const [output_index, item] of items.entries()) {
    const place = { item_id: item.id, output_index }
    const { added, told } = streamItem(item)
    send('response.output_item.added', { output_index, item: added })
    for (const [type, fields] of told) send(type, { ...place, ...fields })
    send('response.output_item.done', { output_index, item })
  }
  send('response.completed', { response: completed })
  response.end()
}

type SimulatedItem = Record<string, unknown> & { readonly id: string; readonly type: string }

function responseItems({ thinking, text, calls }: Saying): SimulatedItem[] {
  const summary = [{ type: 'summary_text', text: thinking }]
  const content = [{ type: 'output_text', annotations: [], logprobs: [], text }]
  return [
    ...(thinking === undefined
      ? []
      : [{ id: 'rs_sim0', type: 'reasoning', summary, encrypted_content: 'gAAAAsim==' }]),
    ...(text === undefined
      ? []
      : [{ id: 'msg_sim1', type: 'message', status: 'completed', role: 'assistant', content }]),
    ...(calls ?? []).map((call, index) => ({
      id: `fc_sim${index}`,
      type: 'function_call',
      status: 'completed',
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(call.input),
    })),
  ]
}

function streamItem(item: SimulatedItem): { added: object; told: [type: string, fields: object][] } {
  const first = ((item.content ?? item.summary ?? []) as { text: string }[])[0]
  const text = first?.text ?? ''
  switch (item.type) {
    case 'reasoning':
      return {
        added: { ...item, summary: [], encrypted_content: 'gAAAAsnapshot' },
        told: [
          ['response.reasoning_summary_part.added', { summary_index: 0, part: { ...first, text: '' } }],
          ...words(text).map((delta): [string, object] => [
            'response.reasoning_summary_text.delta',
            { summary_index: 0, delta },
          ]),
          ['response.reasoning_summary_text.done', { summary_index: 0, text }],
          ['response.reasoning_summary_part.done', { summary_index: 0, part: first }],
        ],
      }
    case 'message':
      return {
        added: { ...item, status: 'in_progress', content: [] },
        told: [
          ['response.content_part.added', { content_index: 0, part: { ...first, text: '' } }],
          ...words(text).map((delta): [string, object] => [
            'response.output_text.delta',
            { content_index: 0, delta, logprobs: [] },
          ]),
          ['response.output_text.done', { content_index: 0, text, logprobs: [] }],
          ['response.content_part.done', { content_index: 0, part: first }],
        ],
      }
    default:
      return {
        added: { ...item, status: 'in_progress', arguments: '' },
        told: [
          ...halves(String(item.arguments)).map((delta): [string, object] => [
            'response.function_call_arguments.delta',
            { delta },
          ]),
          ['response.function_call_arguments.done', { name: item.name, arguments: item.arguments }],
        ],
      }
  }
}

/** Answers one request as Google's Gemini API does: the path says the model, and whether to stream. */
export function sayAsGemini(request: SeenRequest, response: ServerResponse, saying: Saying): void {
  const parts = geminiParts(saying)
  const chunk = (told: readonly object[], ending: object = {}) => ({
    candidates: [{ content: { role: 'model', parts: told }, index: 0, ...ending }],
    modelVersion: /models\/([^:]+):/.exec(request.path)?.[1],
    responseId: `sim${lengthOf(request.json.contents)}`,
  })
  const usageMetadata = {
    promptTokenCount: USAGE.input,
    candidatesTokenCount: USAGE.output,
    totalTokenCount: USAGE.input + USAGE.output,
  }
  const stop = { finishReason: 'STOP' }
  if (!request.path.includes(':streamGenerateContent')) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ...chunk(parts, stop), usageMetadata }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const part of parts) {
    const texts = 'text' in part ? words(part.text) : []
    if (texts.length === 0) response.write(frame(chunk([part])))
    for (const text of texts) response.write(frame(chunk([{ ...part, text }])))
  }
  response.end(frame({ ...chunk([{ text: '' }], stop), usageMetadata }))
}

type SimulatedPart =
  | { readonly text: string; readonly thought?: true }
  | { readonly functionCall: object; readonly thoughtSignature?: string }

/** Only the first call of a turn is signed, and the simulated model gives calls no ids, as Gemini does. */
function geminiParts({ thinking, text, calls }: Saying): readonly SimulatedPart[] {
  return [
    ...(thinking === undefined ? [] : [{ text: thinking, thought: true as const }]),
    ...(text === undefined ? [] : [{ text }]),
    ...(calls ?? []).map(({ name, input: args }, index) => ({
      functionCall: { name, args },
      ...(index === 0 ? { thoughtSignature: 'c2ltdWxhdGVk' } : {}),
    })),
  ]
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

/** Tells the answers of one conversation apart. */
function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 1
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
