import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answering, sseText } from '../../../test/support/sse-text.ts'
import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest } from '../../chat/chat-request.ts'
import type { SseEvent } from '../../chat/sse-event.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import type { AnswerContext } from '../protocol.ts'
import { anthropicMessages } from './index.ts'

const request: ChatRequest = {
  model: 'asked',
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'x'.repeat(40) }] }],
  tools: [],
  stream: true,
  includeUsage: false,
}
const context: AnswerContext = { requestId: 'req1', model: 'asked', createdAt: 1_794_000_000, request }

const ANSWER: readonly StreamPart[] = [
  { type: 'answer-start', id: 'chatcmpl-1', model: 'upstream' },
  { type: 'usage', usage: { inputTokens: 100, cacheReadTokens: 60, cacheWriteTokens: 10 } },
  { type: 'thinking-start', key: 0 },
  { type: 'thinking-delta', key: 0, text: 'Hm.' },
  { type: 'thinking-end', key: 0, signature: { origin: 'anthropic-messages', data: 'c2ln' } },
  { type: 'redacted-thinking', key: 1, carrier: { origin: 'anthropic-messages', data: 'aGlk' } },
  { type: 'text-start', key: 2 },
  { type: 'text-delta', key: 2, text: 'I "look".' },
  { type: 'text-end', key: 2 },
  { type: 'tool-call-start', key: 3, id: 'c1', name: 'read', kind: 'function' },
  { type: 'tool-call-start', key: 4, id: 'c2', name: 'list', kind: 'function' },
  { type: 'tool-call-delta', key: 4, text: '{"dir":' },
  { type: 'tool-call-delta', key: 3, text: '{"path":' },
  { type: 'tool-call-delta', key: 4, text: '"."}' },
  { type: 'tool-call-delta', key: 3, text: '"a"}' },
  { type: 'tool-call-start', key: 5, id: 'c3', name: 'now', kind: 'function' },
  { type: 'tool-call-end', key: 3 },
  { type: 'tool-call-end', key: 4 },
  { type: 'tool-call-end', key: 5 },
  { type: 'usage', usage: { outputTokens: 20, reasoningTokens: 5 } },
  { type: 'finish', reason: 'tool-calls' },
]

function encode(parts: readonly StreamPart[]): readonly SseEvent[] {
  const encoder = anthropicMessages.createStreamEncoder(context)
  return parts.flatMap((part) => encoder.push(part))
}
const dataOf = (events: readonly SseEvent[]) => events.map(({ data }) => JSON.parse(data))

/** What is wrong with the order of events; undefined where it keeps the grammar. */
function grammarFault(events: readonly SseEvent[]): string | undefined {
  const all = dataOf(events)
  let open: number | undefined
  let next = 0
  for (const [index, event] of all.entries()) {
    if (event.type !== events[index]?.event) return `event ${index} has another name than type`
    if ((event.type === 'message_start') !== (index === 0)) return `message_start at ${index}`
    if (event.type === 'content_block_start') {
      if (open !== undefined || event.index !== next) return `block ${event.index} begins at the wrong place`
      open = next++
    } else if (event.type.startsWith('content_block_')) {
      if (event.index !== open) return `${event.type} of block ${event.index} while ${open} is open`
      if (event.type === 'content_block_stop') open = undefined
    } else if (event.type === 'message_delta' && open !== undefined) return 'message_delta in a block'
  }
  const end = all.slice(-2).map(({ type }) => type)
  return end.join() === 'message_delta,message_stop' ? undefined : `ends with ${end.join()}`
}

describe('streaming a message', () => {
  it('follows the grammar, one open block after another (P-16, P-53, P-97)', () => {
    const events = encode(ANSWER)
    expect(grammarFault(events)).toBeUndefined()
    const all = dataOf(events)
    expect(all[0].message).toEqual({
      id: 'msg_req1',
      type: 'message',
      role: 'assistant',
      model: 'asked',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 30,
        cache_creation_input_tokens: 10,
        cache_read_input_tokens: 60,
        output_tokens: 0,
      },
    })
    expect(
      all.filter(({ type }) => type === 'content_block_start').map(({ content_block: block }) => block),
    ).toEqual([
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'redacted_thinking', data: 'aGlk' },
      { type: 'text', text: '' },
      { type: 'tool_use', id: 'c1', name: 'read', input: {} },
      { type: 'tool_use', id: 'c2', name: 'list', input: {} },
      { type: 'tool_use', id: 'c3', name: 'now', input: {} },
    ])
    expect(all.filter(({ type }) => type === 'content_block_delta').map(({ delta }) => delta)).toEqual([
      { type: 'thinking_delta', thinking: 'Hm.' },
      { type: 'signature_delta', signature: 'c2ln' },
      { type: 'text_delta', text: 'I "look".' },
      { type: 'input_json_delta', partial_json: '{"path":' },
      { type: 'input_json_delta', partial_json: '"a"}' },
      { type: 'input_json_delta', partial_json: '{"dir":"."}' },
    ])
    expect(all.slice(-2)).toEqual([
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: {
          input_tokens: 30,
          cache_creation_input_tokens: 10,
          cache_read_input_tokens: 60,
          output_tokens: 20,
          output_tokens_details: { thinking_tokens: 5 },
        },
      },
      { type: 'message_stop' },
    ])
  })

  it('is what the official SDK reads (P-12, P-13, P-84)', async () => {
    const client = new Anthropic({
      apiKey: 'x',
      baseURL: 'http://x.test',
      fetch: answering(sseText(encode(ANSWER))),
    })
    const message = await client.messages
      .stream({ model: 'asked', max_tokens: 1, messages: [] })
      .finalMessage()
    expect(message).toMatchObject({
      id: 'msg_req1',
      stop_reason: 'tool_use',
      usage: { input_tokens: 30, cache_read_input_tokens: 60, output_tokens: 20 },
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
        { type: 'redacted_thinking', data: 'aGlk' },
        { type: 'text', text: 'I "look".' },
        { type: 'tool_use', id: 'c1', name: 'read', input: { path: 'a' } },
        { type: 'tool_use', id: 'c2', name: 'list', input: { dir: '.' } },
        { type: 'tool_use', id: 'c3', name: 'now', input: {} },
      ],
    })
  })

  it('streams the first open block at once, and holds back only later ones (P-16)', () => {
    const encoder = anthropicMessages.createStreamEncoder(context)
    const kinds = (part: StreamPart) => dataOf(encoder.push(part)).map(({ type }) => type)
    for (const part of ANSWER.slice(0, 9)) encoder.push(part)
    expect(kinds({ type: 'tool-call-start', key: 3, id: 'a', name: 'a', kind: 'function' })).toEqual([
      'content_block_start',
    ])
    expect(kinds({ type: 'tool-call-start', key: 4, id: 'b', name: 'b', kind: 'function' })).toEqual([])
    expect(kinds({ type: 'tool-call-delta', key: 4, text: '{}' })).toEqual([])
    expect(kinds({ type: 'tool-call-delta', key: 3, text: '{}' })).toEqual(['content_block_delta'])
    expect(kinds({ type: 'tool-call-end', key: 3 })).toEqual([
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
    ])
    expect(kinds({ type: 'tool-call-delta', key: 4, text: ' ' })).toEqual(['content_block_delta'])
  })

  it('marks the opaque data of other origins, so that it comes back to them alone (P-55)', () => {
    const events = encode([
      { type: 'thinking-start', key: 0 },
      { type: 'thinking-delta', key: 0, text: 'Hm.' },
      { type: 'thinking-end', key: 0, signature: { origin: 'openai-responses', data: 'gAAA' } },
      { type: 'redacted-thinking', key: 1, carrier: { origin: 'gemini', data: 'aGlk' } },
      { type: 'finish', reason: 'stop' },
    ])
    expect(grammarFault(events)).toBeUndefined()
    expect(JSON.stringify(dataOf(events))).toContain('"signature":"portside.openai-responses.gAAA"')
    expect(JSON.stringify(dataOf(events))).toContain('"data":"portside.gemini.aGlk"')
  })

  it('shows hidden thinking by its signature alone, and no empty text (P-101)', () => {
    const events = encode([
      { type: 'thinking-start', key: 0 },
      { type: 'thinking-end', key: 0, signature: { origin: 'anthropic-messages', data: 'c2ln' } },
      { type: 'text-start', key: 1 },
      { type: 'text-end', key: 1 },
      { type: 'finish', reason: 'stop' },
    ])
    expect(grammarFault(events)).toBeUndefined()
    expect(dataOf(events).map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  it('tells a tool of the upstream’s own as it was, and leaves out blocks of other APIs (P-22)', () => {
    const use = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } }
    const found = { type: 'web_search_tool_result', tool_use_id: 's', content: [] }
    const events = encode([
      { type: 'opaque', protocol: 'anthropic-messages', raw: use },
      { type: 'opaque', protocol: 'anthropic-messages', raw: found },
      { type: 'opaque', protocol: 'openai-responses', raw: { type: 'web_search_call' } },
      { type: 'finish', reason: 'stop' },
    ])
    expect(grammarFault(events)).toBeUndefined()
    const all = dataOf(events)
    expect(all.filter(({ content_block: block }) => block).map(({ content_block: block }) => block)).toEqual([
      { ...use, input: {} },
      found,
    ])
    expect(all.find(({ delta }) => delta?.type === 'input_json_delta').delta.partial_json).toBe(
      '{"query":"x"}',
    )
  })

  it.each([
    [{ type: 'finish', reason: 'stop' }, 'end_turn', null],
    [{ type: 'finish', reason: 'stop', stopSequence: 'END' }, 'stop_sequence', 'END'],
    [{ type: 'finish', reason: 'length' }, 'max_tokens', null],
    [{ type: 'finish', reason: 'tool-calls' }, 'tool_use', null],
    [{ type: 'finish', reason: 'refused' }, 'refusal', null],
  ] as const)('says %j as %s (P-76, P-77)', (part, stopReason, stopSequence) => {
    expect(dataOf(encode([part])).at(-2).delta).toEqual({
      stop_reason: stopReason,
      stop_sequence: stopSequence,
    })
  })

  it('estimates the counts that this API demands and the upstream never gave', () => {
    const events = encode([
      { type: 'text-start', key: 0 },
      { type: 'text-delta', key: 0, text: 'y'.repeat(80) },
      { type: 'text-end', key: 0 },
      { type: 'finish', reason: 'stop' },
    ])
    expect(dataOf(events)[0].message.usage.input_tokens).toBeGreaterThanOrEqual(10)
    expect(dataOf(events).at(-2).usage).toMatchObject({ output_tokens: 20 })
  })

  it('never says a negative count (P-69, P-72)', () => {
    const events = encode([
      { type: 'usage', usage: { inputTokens: 5, cacheReadTokens: 60, outputTokens: 1, reasoningTokens: 9 } },
      { type: 'finish', reason: 'stop' },
    ])
    expect(dataOf(events).at(-2).usage).toMatchObject({
      input_tokens: 0,
      output_tokens: 1,
      output_tokens_details: { thinking_tokens: 1 },
    })
  })

  it('ends with an error event and nothing else, which the SDK throws (P-86, REL-31)', async () => {
    const error = new ChatError('overloaded', 'Too busy')
    const events = encode([...ANSWER.slice(0, 8), { type: 'error', error }, ...ANSWER.slice(8)])
    expect(events.at(-1)).toEqual({
      event: 'error',
      data: '{"type":"error","error":{"type":"overloaded_error","message":"Too busy"},"request_id":"req1"}',
    })
    expect(JSON.stringify(events)).not.toMatch(/message_stop|message_delta/)
    expect(anthropicMessages.encodeErrorEvent(error, 'req1')).toEqual([events.at(-1)])
    const client = new Anthropic({
      apiKey: 'x',
      baseURL: 'http://x.test',
      fetch: answering(sseText(events)),
      maxRetries: 0,
    })
    await expect(
      client.messages.stream({ model: 'asked', max_tokens: 1, messages: [] }).finalMessage(),
    ).rejects.toThrow('Too busy')
  })

  it('keeps the grammar and every block’s text, however blocks interleave (P-16)', () => {
    const step = fc.tuple(
      fc.nat(4),
      fc.constantFrom('start', 'delta', 'end'),
      fc.constantFrom('text', 'thinking', 'tool-call'),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { parts, texts } = conversation(steps)
        const events = encode(parts)
        expect(grammarFault(events)).toBeUndefined()
        const told = new Map<number, string>()
        for (const { index, delta } of dataOf(events)) {
          const piece = delta?.text ?? delta?.thinking ?? delta?.partial_json
          if (piece !== undefined) told.set(index, (told.get(index) ?? '') + piece)
        }
        expect([...told.values()].toSorted()).toEqual(texts.filter((text) => text !== '').toSorted())
      }),
    )
  })
})

/** Makes a legal stream of parts of random steps, and the text of each of its blocks. */
function conversation(steps: readonly (readonly [number, string, string])[]) {
  const parts: StreamPart[] = [{ type: 'answer-start' }]
  const open = new Map<number, { key: number; kind: string }>()
  const texts: string[] = []
  const close = (slot: number) => {
    const block = open.get(slot)
    if (block !== undefined) parts.push({ type: `${block.kind}-end`, key: block.key } as StreamPart)
    open.delete(slot)
  }
  for (const [slot, act, kind] of steps) {
    const block = open.get(slot)
    if (act === 'start' && block === undefined) {
      const key = texts.push('') - 1
      open.set(slot, { key, kind })
      const named = kind === 'tool-call' ? { id: `c${key}`, name: 'n', kind: 'function' } : {}
      parts.push({ type: `${kind}-start`, key, ...named } as StreamPart)
    } else if (act === 'delta' && block !== undefined) {
      texts[block.key] += `${slot}`
      parts.push({ type: `${block.kind}-delta`, key: block.key, text: `${slot}` } as StreamPart)
    } else if (act === 'end') close(slot)
  }
  for (const slot of [...open.keys()]) close(slot)
  parts.push({ type: 'finish', reason: 'stop' })
  return { parts, texts }
}
