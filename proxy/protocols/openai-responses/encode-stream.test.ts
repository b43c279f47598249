import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { answering, sseText } from '../../../test/support/sse-text.ts'
import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest } from '../../chat/chat-request.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import type { AnswerContext } from '../protocol.ts'
import { openaiResponses } from './index.ts'

const request: ChatRequest = { model: 'asked', turns: [], tools: [], stream: true, includeUsage: false }
const context: AnswerContext = { requestId: 'req1', model: 'asked', createdAt: 1_794_000_000, request }

const ANSWER: readonly StreamPart[] = [
  { type: 'answer-start', id: 'msg_1', model: 'upstream' },
  { type: 'usage', usage: { inputTokens: 100, cacheReadTokens: 60 } },
  { type: 'thinking-start', key: 0 },
  { type: 'thinking-delta', key: 0, text: 'Hm.' },
  { type: 'thinking-end', key: 0, signature: { origin: 'openai-responses', data: 'gAAA' } },
  { type: 'text-start', key: 2 },
  { type: 'text-delta', key: 2, text: 'I "look"\n' },
  { type: 'text-delta', key: 2, text: 'now 🌍.' },
  { type: 'text-end', key: 2 },
  { type: 'tool-call-start', key: 3, id: 'c1', name: 'read', kind: 'function', namespace: 'files' },
  { type: 'tool-call-start', key: 5, id: 'c2', name: 'now', kind: 'function' },
  { type: 'tool-call-start', key: 6, id: 'c3', name: 'patch', kind: 'custom' },
  { type: 'tool-call-delta', key: 3, text: '{"path":' },
  { type: 'tool-call-delta', key: 6, text: '*** Begin' },
  { type: 'tool-call-delta', key: 3, text: '"a"}' },
  { type: 'tool-call-end', key: 5 },
  { type: 'tool-call-end', key: 6 },
  { type: 'tool-call-end', key: 3 },
  { type: 'usage', usage: { outputTokens: 20, reasoningTokens: 5 } },
  { type: 'finish', reason: 'tool-calls' },
]

/** The items that the answer above is told as. */
const OUTPUT = [
  {
    id: 'rs_req1_0',
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: 'Hm.' }],
    encrypted_content: 'gAAA',
  },
  {
    id: 'msg_req1_1',
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'I "look"\nnow 🌍.' }],
  },
  {
    id: 'fc_req1_2',
    type: 'function_call',
    status: 'completed',
    call_id: 'c1',
    name: 'read',
    namespace: 'files',
    arguments: '{"path":"a"}',
  },
  {
    id: 'fc_req1_3',
    type: 'function_call',
    status: 'completed',
    call_id: 'c2',
    name: 'now',
    arguments: '{}',
  },
  {
    id: 'ctc_req1_4',
    type: 'custom_tool_call',
    status: 'completed',
    call_id: 'c3',
    name: 'patch',
    input: '*** Begin',
  },
]

function encode(parts: readonly StreamPart[], more: Partial<AnswerContext> = {}) {
  const encoder = openaiResponses.createStreamEncoder({ ...context, ...more })
  return parts.flatMap((part) => encoder.push(part))
}

// biome-ignore lint/suspicious/noExplicitAny: events are looked into freely here.
const read = (events: ReturnType<typeof encode>): any[] => events.map(({ data }) => JSON.parse(data))
const sdk = (events: ReturnType<typeof encode>) =>
  new OpenAI({ apiKey: 'x', baseURL: 'http://x.test', fetch: answering(sseText(events)), maxRetries: 0 })

describe('streaming a response', () => {
  it('follows the grammar: each item has one life, in order, and one terminal event (P-13, P-16, P-91)', () => {
    const events = encode(ANSWER)
    expect(events.map(({ event }) => event)).toEqual(read(events).map(({ type }) => type))
    expect(read(events).map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(read(events).map(({ type, output_index }) => `${output_index ?? ''} ${type.slice(9)}`)).toEqual([
      ' created',
      ' in_progress',
      '0 output_item.added',
      '0 reasoning_summary_part.added',
      '0 reasoning_summary_text.delta',
      '0 reasoning_summary_text.done',
      '0 reasoning_summary_part.done',
      '0 output_item.done',
      '1 output_item.added',
      '1 content_part.added',
      '1 output_text.delta',
      '1 output_text.delta',
      '1 output_text.done',
      '1 content_part.done',
      '1 output_item.done',
      '2 output_item.added',
      '2 function_call_arguments.delta',
      '2 function_call_arguments.delta',
      '2 function_call_arguments.done',
      '2 output_item.done',
      '3 output_item.added',
      '3 function_call_arguments.delta',
      '3 function_call_arguments.done',
      '3 output_item.done',
      '4 output_item.added',
      '4 custom_tool_call_input.delta',
      '4 custom_tool_call_input.done',
      '4 output_item.done',
      ' completed',
    ])
    const done = read(events).filter(({ type }) => type === 'response.output_item.done')
    expect(done.map(({ item }) => item)).toEqual(OUTPUT)
    for (const event of read(events))
      if (event.item_id !== undefined) expect(event.item_id).toBe(OUTPUT[event.output_index]!.id)
  })

  it('ends with the whole response, its usage with both details (P-71)', () => {
    expect(read(encode(ANSWER)).at(-1)).toEqual({
      type: 'response.completed',
      sequence_number: 28,
      response: {
        id: 'resp_req1',
        object: 'response',
        created_at: 1_794_000_000,
        model: 'asked',
        status: 'completed',
        error: null,
        incomplete_details: null,
        instructions: null,
        max_output_tokens: null,
        metadata: {},
        output: OUTPUT,
        parallel_tool_calls: true,
        previous_response_id: null,
        reasoning: { effort: null, summary: null },
        store: true,
        temperature: null,
        text: { format: { type: 'text' } },
        tool_choice: 'auto',
        tools: [],
        top_p: null,
        truncation: 'disabled',
        usage: {
          input_tokens: 100,
          input_tokens_details: { cached_tokens: 60 },
          output_tokens: 20,
          output_tokens_details: { reasoning_tokens: 5 },
          total_tokens: 120,
        },
      },
    })
  })

  it('is what the official SDK reads (P-12, P-42)', async () => {
    const stream = sdk(encode(ANSWER)).responses.stream({ model: 'asked', input: 'x' })
    const response = await stream.finalResponse()
    expect(response.output).toMatchObject(OUTPUT)
    expect(response).toMatchObject({ output_text: 'I "look"\nnow 🌍.', usage: { total_tokens: 120 } })
  })

  it('always gives usage, though the upstream told none (P-71)', () => {
    const events = encode([
      { type: 'text-start', key: 0 },
      { type: 'text-delta', key: 0, text: '12345678' },
      { type: 'finish', reason: 'stop' },
    ])
    expect(read(events).at(-1).response.usage).toMatchObject({
      output_tokens: 2,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    })
  })

  it.each([
    ['stop', 'response.completed', null],
    ['tool-calls', 'response.completed', null],
    ['length', 'response.incomplete', { reason: 'max_output_tokens' }],
    ['refused', 'response.incomplete', { reason: 'content_filter' }],
  ] as const)('says %s as %s (P-76, P-77, P-78)', (reason, type, incomplete_details) => {
    expect(read(encode([{ type: 'finish', reason }])).at(-1)).toMatchObject({
      type,
      response: { status: type.slice(9), incomplete_details, output: [] },
    })
  })

  it('tells a refusal in words as a refusal of a completed answer (P-77)', async () => {
    const events = encode([
      { type: 'refusal-start', key: 0 },
      { type: 'refusal-delta', key: 0, text: 'No.' },
      { type: 'refusal-end', key: 0 },
      { type: 'finish', reason: 'refused' },
    ])
    const response = await sdk(events).responses.stream({ model: 'asked', input: 'x' }).finalResponse()
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'refusal', refusal: 'No.' }] }],
    })
  })

  it('fails with response.failed and a code, also before any output (P-86, P-89, P-90)', async () => {
    const error = new ChatError('rate-limited', 'Slow down.', { retryAfterMs: 3200 })
    for (const parts of [ANSWER.slice(0, 7), []]) {
      const events = encode([...parts, { type: 'error', error }, ...ANSWER.slice(9)])
      const last = read(events).at(-1)
      expect(last).toMatchObject({
        type: 'response.failed',
        response: {
          status: 'failed',
          error: { code: 'rate_limit_exceeded', message: 'Slow down. Please try again in 3.2s.' },
        },
      })
      expect(JSON.stringify(events)).not.toContain('response.completed')
      const response = await sdk(events).responses.stream({ model: 'asked', input: 'x' }).finalResponse()
      expect(response.status).toBe('failed')
    }
  })

  it('has a frame of its own for an error behind an upstream’s frames (P-89, P-90)', () => {
    const error = new ChatError('upstream-truncated', 'It broke off')
    expect(read([...openaiResponses.encodeErrorEvent(error, 'req1')])).toEqual([
      {
        type: 'response.failed',
        sequence_number: 0,
        response: {
          id: 'resp_req1',
          object: 'response',
          created_at: 0,
          status: 'failed',
          error: { code: 'upstream_truncated', message: 'It broke off' },
          incomplete_details: null,
          output: [],
        },
      },
    ])
  })

  it('marks opaque data of other origins, so that it comes back to them alone (P-55)', () => {
    const events = encode([
      { type: 'thinking-start', key: 0 },
      { type: 'thinking-delta', key: 0, text: 'Hm.' },
      { type: 'thinking-end', key: 0, signature: { origin: 'anthropic-messages', data: 'c2ln' } },
      { type: 'redacted-thinking', key: 1, carrier: { origin: 'anthropic-messages', data: 'aGlk' } },
      { type: 'thinking-start', key: 2 },
      { type: 'thinking-end', key: 2 },
      { type: 'finish', reason: 'stop' },
    ])
    expect(read(events).at(-1).response.output).toEqual([
      {
        id: 'rs_req1_0',
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
        encrypted_content: 'portside.anthropic-messages.c2ln',
      },
      {
        id: 'rs_req1_1',
        type: 'reasoning',
        summary: [],
        encrypted_content: 'portside.anthropic-messages.redacted.aGlk',
      },
    ])
  })

  it('keeps the upstream’s id where it is one of this API, and call ids short', () => {
    const id = 'x'.repeat(80)
    const events = encode([
      { type: 'answer-start', id: 'resp_7' },
      { type: 'tool-call-start', key: 0, id, name: 'a', kind: 'function' },
      { type: 'tool-call-end', key: 0 },
      { type: 'finish', reason: 'tool-calls' },
    ])
    const { response } = read(events).at(-1)
    expect(response.id).toBe('resp_7')
    expect(response.output[0].call_id).toMatch(/^x{53}_\w{10}$/)
  })

  it('tells an item that only this API knows whole, and leaves out those of others (P-22)', () => {
    const raw = { id: 'ws_1', type: 'web_search_call', status: 'completed' }
    const events = encode([
      { type: 'opaque', protocol: 'openai-responses', raw },
      { type: 'opaque', protocol: 'anthropic-messages', raw: { type: 'server_tool_use' } },
      { type: 'finish', reason: 'stop' },
    ])
    expect(read(events).at(-1).response.output).toEqual([raw])
  })

  it('says nothing after its end', () => {
    const encoder = openaiResponses.createStreamEncoder(context)
    encoder.push({ type: 'finish', reason: 'stop' })
    expect(encoder.push({ type: 'text-delta', key: 0, text: 'late' })).toEqual([])
  })
})
