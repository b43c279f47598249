import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { answering, sseText } from '../../../test/support/sse-text.ts'
import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest } from '../../chat/chat-request.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import type { AnswerContext } from '../protocol.ts'
import { openaiChat } from './index.ts'

const request: ChatRequest = { model: 'asked', turns: [], tools: [], stream: true, includeUsage: true }
const context: AnswerContext = { requestId: 'req1', model: 'asked', createdAt: 1_794_000_000, request }

const ANSWER: readonly StreamPart[] = [
  { type: 'answer-start', id: 'msg_1', model: 'upstream' },
  { type: 'usage', usage: { inputTokens: 100, cacheReadTokens: 60 } },
  { type: 'thinking-start', key: 0 },
  { type: 'thinking-delta', key: 0, text: 'Hm.' },
  { type: 'thinking-end', key: 0, signature: { origin: 'anthropic-messages', data: 'c2ln' } },
  { type: 'redacted-thinking', key: 1, carrier: { origin: 'anthropic-messages', data: 'aGlk' } },
  { type: 'text-start', key: 2 },
  { type: 'text-delta', key: 2, text: 'I "look"\n' },
  { type: 'text-delta', key: 2, text: 'now 🌍.' },
  { type: 'text-end', key: 2 },
  { type: 'opaque', protocol: 'anthropic-messages', raw: { type: 'server_tool_use' } },
  { type: 'tool-call-start', key: 3, id: 'c1', name: 'read', kind: 'function' },
  { type: 'tool-call-start', key: 5, id: 'c2', name: 'now', kind: 'function' },
  { type: 'tool-call-delta', key: 3, text: '{"path":' },
  { type: 'tool-call-delta', key: 3, text: '"a"}' },
  { type: 'tool-call-end', key: 5 },
  { type: 'tool-call-end', key: 3 },
  { type: 'usage', usage: { outputTokens: 20, reasoningTokens: 5 } },
  { type: 'finish', reason: 'tool-calls' },
]

function encode(parts: readonly StreamPart[], more: Partial<AnswerContext> = {}) {
  const encoder = openaiChat.createStreamEncoder({ ...context, ...more })
  return parts.flatMap((part) => encoder.push(part))
}
const withoutUsage = { request: { ...request, includeUsage: false } }
const chunksOf = (events: ReturnType<typeof encode>) =>
  events.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data))

describe('streaming a chat completion', () => {
  it('follows the grammar: role, pieces, finish, usage, [DONE] (P-9, P-13, P-22)', () => {
    const events = encode(ANSWER)
    expect(events.every(({ event }) => event === undefined)).toBe(true)
    expect(events.at(-1)).toEqual({ data: '[DONE]' })
    const chunks = chunksOf(events)
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({
        id: 'chatcmpl-req1',
        object: 'chat.completion.chunk',
        created: 1_794_000_000,
        model: 'asked',
      })
    }
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { reasoning_content: 'Hm.' },
      { content: 'I "look"\n' },
      { content: 'now 🌍.' },
      { tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'read', arguments: '' } }] },
      { tool_calls: [{ index: 1, id: 'c2', type: 'function', function: { name: 'now', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"path":' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '"a"}' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      {},
      undefined,
    ])
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([
      ...Array(9).fill(null),
      'tool_calls',
      undefined,
    ])
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 60 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    })
  })

  it('is what the official SDK reads (P-10, P-12)', async () => {
    const client = new OpenAI({
      apiKey: 'x',
      baseURL: 'http://x.test',
      fetch: answering(sseText(encode(ANSWER))),
    })
    const stream = client.chat.completions.stream({
      model: 'asked',
      messages: [],
      stream_options: { include_usage: true },
    })
    const completion = await stream.finalChatCompletion()
    expect(completion.choices[0]).toMatchObject({
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: 'I "look"\nnow 🌍.',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
          { id: 'c2', type: 'function', function: { name: 'now', arguments: '{}' } },
        ],
      },
    })
    expect(completion.usage?.total_tokens).toBe(120)
  })

  it('begins with the role even where reasoning or an end comes first', () => {
    const bare = encode([{ type: 'finish', reason: 'stop' }], withoutUsage)
    expect(chunksOf(bare).map(({ choices }) => choices[0].delta)).toEqual([
      { role: 'assistant', content: '' },
      {},
    ])
  })

  it('sends no chunk without choices unless usage was asked for and is known', () => {
    expect(chunksOf(encode(ANSWER, withoutUsage)).every(({ choices }) => choices.length === 1)).toBe(true)
    const unknown = encode([{ type: 'answer-start' }, { type: 'finish', reason: 'stop' }])
    expect(chunksOf(unknown).every(({ choices }) => choices.length === 1)).toBe(true)
  })

  it('keeps the upstream’s id where it is one of this API', () => {
    expect(chunksOf(encode([{ type: 'answer-start', id: 'chatcmpl-7' }]))[0].id).toBe('chatcmpl-7')
  })

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool-calls', 'tool_calls'],
    ['refused', 'content_filter'],
  ] as const)('says %s as %s (P-76, P-77)', (reason, expected) => {
    expect(chunksOf(encode([{ type: 'finish', reason }], withoutUsage)).at(-1).choices[0].finish_reason).toBe(
      expected,
    )
  })

  it('ends with an error frame and nothing else, which the SDK throws (P-86, REL-31)', async () => {
    const error = new ChatError('upstream-truncated', 'It broke off')
    const events = encode([...ANSWER.slice(0, 9), { type: 'error', error }, ...ANSWER.slice(9)])
    expect(events.at(-1)).toEqual({
      data: '{"error":{"message":"It broke off","type":"server_error","param":null,"code":"upstream_truncated"}}',
    })
    expect(JSON.stringify(events)).not.toMatch(/\[DONE\]|"finish_reason":"/)
    expect(openaiChat.encodeErrorEvent(error, 'req1')).toEqual([events.at(-1)])
    const client = new OpenAI({
      apiKey: 'x',
      baseURL: 'http://x.test',
      fetch: answering(sseText(events)),
      maxRetries: 0,
    })
    const stream = await client.chat.completions.create({ model: 'asked', messages: [], stream: true })
    await expect(async () => {
      for await (const _ of stream);
    }).rejects.toThrow('It broke off')
  })

  it('says nothing after its end', () => {
    const encoder = openaiChat.createStreamEncoder(context)
    encoder.push({ type: 'finish', reason: 'stop' })
    expect(encoder.push({ type: 'text-delta', key: 0, text: 'late' })).toEqual([])
    expect(encoder.push({ type: 'error', error: new ChatError('internal', 'x') })).toEqual([])
  })

  it('signs a call as Gemini’s own chat completions do, which its SDK bears (P-59)', async () => {
    const events = encode([
      { type: 'tool-call-start', key: 0, id: 'c', name: 'now', kind: 'function' },
      { type: 'tool-call-end', key: 0, signature: { origin: 'gemini', data: 'c2ln' } },
      { type: 'finish', reason: 'tool-calls' },
    ])
    expect(chunksOf(events)[3].choices[0].delta.tool_calls).toEqual([
      { index: 0, function: { arguments: '' }, extra_content: { google: { thought_signature: 'c2ln' } } },
    ])
    const fetch = answering(sseText(events))
    const client = new OpenAI({ apiKey: 'x', baseURL: 'http://x.test', fetch })
    const completion = await client.chat.completions
      .stream({ model: 'asked', messages: [] })
      .finalChatCompletion()
    expect(completion.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      id: 'c',
      function: { arguments: '{}' },
    })
  })

  it('sends a custom call as one (P-42)', () => {
    const events = encode([
      { type: 'tool-call-start', key: 0, id: 'c', name: 'patch', kind: 'custom' },
      { type: 'tool-call-delta', key: 0, text: 'free' },
      { type: 'tool-call-end', key: 0 },
    ])
    expect(
      chunksOf(events)
        .slice(1)
        .map(({ choices }) => choices[0].delta.tool_calls),
    ).toEqual([
      [{ index: 0, id: 'c', type: 'custom', custom: { name: 'patch', input: '' } }],
      [{ index: 0, custom: { input: 'free' } }],
    ])
  })

  it('never has a raw line end inside a frame (REL-33)', () => {
    const text = 'a\nb\r\nc\u2028d\rdata: x\n\n\ud800'
    const events = encode([
      { type: 'text-start', key: 0 },
      { type: 'text-delta', key: 0, text },
    ])
    expect(events.at(-1)?.data).not.toMatch(/[\r\n]/)
    expect(JSON.parse(events.at(-1)!.data).choices[0].delta.content).toBe(text)
  })
})
