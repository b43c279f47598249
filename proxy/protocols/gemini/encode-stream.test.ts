import { describe, expect, it } from 'vitest'
import { foldAnswer } from '../../chat/chat-answer.ts'
import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest } from '../../chat/chat-request.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import { geminiCodec } from '../../providers/gemini/index.ts'
import type { AnswerContext } from '../protocol.ts'
import { gemini } from './index.ts'

const request: ChatRequest = {
  model: 'asked',
  turns: [],
  tools: [],
  stream: true,
  includeUsage: false,
  reasoning: { mode: 'adaptive', showThoughts: true },
}
const context: AnswerContext = { requestId: 'req1', model: 'asked', createdAt: 1_794_000_000, request }
const withoutThoughts = { request: { ...request, reasoning: { mode: 'adaptive' as const } } }

const ANSWER: readonly StreamPart[] = [
  { type: 'answer-start', id: 'msg_1', model: 'upstream' },
  { type: 'usage', usage: { inputTokens: 100, cacheReadTokens: 60 } },
  { type: 'thinking-start', key: 0 },
  { type: 'thinking-delta', key: 0, text: 'Hm.' },
  { type: 'thinking-end', key: 0, signature: { origin: 'gemini', data: 'c2ln' } },
  { type: 'text-start', key: 2 },
  { type: 'text-delta', key: 2, text: 'I "look" ' },
  { type: 'text-delta', key: 2, text: 'now 🌍.' },
  { type: 'text-end', key: 2 },
  { type: 'opaque', protocol: 'anthropic-messages', raw: { type: 'server_tool_use' } },
  { type: 'tool-call-start', key: 3, id: 'c1', name: 'read', kind: 'function' },
  { type: 'tool-call-start', key: 5, id: 'c2', name: 'now', kind: 'function' },
  { type: 'tool-call-delta', key: 3, text: '{"path":' },
  { type: 'tool-call-delta', key: 3, text: '"a"}' },
  { type: 'tool-call-end', key: 5 },
  { type: 'tool-call-end', key: 3, signature: { origin: 'gemini', data: 'c2lnMg==' } },
  { type: 'usage', usage: { outputTokens: 20, reasoningTokens: 5 } },
  { type: 'finish', reason: 'tool-calls' },
]

function encode(parts: readonly StreamPart[], more: Partial<AnswerContext> = {}) {
  const encoder = gemini.createStreamEncoder({ ...context, ...more })
  return parts.flatMap((part) => encoder.push(part))
}
const chunksOf = (events: ReturnType<typeof encode>) => events.map(({ data }) => JSON.parse(data))
const partsIn = (events: ReturnType<typeof encode>) =>
  chunksOf(events).flatMap(({ candidates }) => candidates[0].content.parts)

describe('streaming a Gemini answer', () => {
  it('tells calls whole, and a finish reason in the last chunk alone: STOP, for calls too (P-13, P-22)', () => {
    const events = encode(ANSWER)
    expect(events.every(({ event }) => event === undefined)).toBe(true)
    expect(partsIn(events)).toEqual([
      { text: 'Hm.', thought: true },
      { text: '', thought: true, thoughtSignature: 'c2ln' },
      { text: 'I "look" ' },
      { text: 'now 🌍.' },
      { functionCall: { id: 'c2', name: 'now', args: {} } },
      { functionCall: { id: 'c1', name: 'read', args: { path: 'a' } }, thoughtSignature: 'c2lnMg==' },
      { text: '' },
    ])
    const chunks = chunksOf(events)
    expect(chunks.map(({ candidates }) => candidates[0].finishReason)).toEqual([
      ...Array(chunks.length - 1).fill(undefined),
      'STOP',
    ])
    expect(chunks.at(-1)).toEqual({
      candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: {
        promptTokenCount: 100,
        cachedContentTokenCount: 60,
        candidatesTokenCount: 15,
        thoughtsTokenCount: 5,
        totalTokenCount: 120,
      },
      modelVersion: 'asked',
      responseId: 'req1',
    })
  })

  it('is read again as what was said', () => {
    const reader = geminiCodec.createStreamReader()
    const parts = [...encode(ANSWER).flatMap((event) => reader.push(event)), ...reader.end()]
    expect(foldAnswer(parts)).toMatchObject({
      parts: [
        { type: 'thinking', text: 'Hm.', signature: { data: 'c2ln' } },
        { type: 'text', text: 'I "look" now 🌍.' },
        { type: 'tool-call', id: 'c2', name: 'now', argumentsText: '{}' },
        { type: 'tool-call', id: 'c1', name: 'read', argumentsText: '{"path":"a"}' },
      ],
      finish: 'tool-calls',
      usage: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 60, reasoningTokens: 5 },
    })
  })

  it('shows thoughts only to clients that asked for them (P-62)', () => {
    const parts = partsIn(encode(ANSWER, withoutThoughts))
    expect(JSON.stringify(parts)).not.toContain('Hm.')
    expect(parts.filter((part) => 'text' in part)).toHaveLength(3)
  })

  it('marks opaque data of other origins, in base64 (P-55)', () => {
    const [first, second] = partsIn(
      encode([
        { type: 'thinking-start', key: 0 },
        { type: 'thinking-end', key: 0, signature: { origin: 'anthropic-messages', data: 'c2ln' } },
        { type: 'redacted-thinking', key: 1, carrier: { origin: 'anthropic-messages', data: 'aGlk' } },
      ]),
    )
    const read = (data: string) => Buffer.from(data, 'base64').toString()
    expect(read(first.thoughtSignature)).toBe('portside.anthropic-messages.c2ln')
    expect(read(second.thoughtSignature)).toBe('portside.anthropic-messages.redacted.aGlk')
  })

  it.each([
    ['stop', 'STOP'],
    ['length', 'MAX_TOKENS'],
    ['tool-calls', 'STOP'],
    ['refused', 'SAFETY'],
  ] as const)('says %s as %s (P-76, P-77)', (reason, expected) => {
    const chunks = chunksOf(encode([{ type: 'finish', reason }]))
    expect(chunks).toHaveLength(1)
    expect(chunks[0].candidates[0].finishReason).toBe(expected)
  })

  it('tells no half of a call that the output limit cut (P-19)', () => {
    const half = (reason: 'length' | 'stop') =>
      JSON.stringify(
        encode([
          { type: 'tool-call-start', key: 0, id: 'c', name: 'write', kind: 'function' },
          { type: 'tool-call-delta', key: 0, text: '{"a":' },
          { type: 'tool-call-end', key: 0 },
          { type: 'finish', reason },
        ]),
      )
    expect(half('length')).not.toContain('functionCall')
    expect(half('stop')).toContain('__unparsedToolInput')
  })

  it('ends with an error and nothing else (P-86)', () => {
    const error = new ChatError('rate-limited', 'Slow down', { retryAfterMs: 3200 })
    const events = encode([...ANSWER.slice(0, 7), { type: 'error', error }, ...ANSWER.slice(9)])
    expect(chunksOf(events).at(-1)).toEqual({
      error: {
        code: 429,
        message: 'Slow down',
        status: 'RESOURCE_EXHAUSTED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3.2s' }],
      },
    })
    expect(gemini.encodeErrorEvent(error, 'req1')).toEqual([events.at(-1)])
    expect(JSON.stringify(events)).not.toContain('finishReason')
  })

  it('has no heartbeat, for its clients take a comment for broken JSON', () => {
    expect([gemini.heartbeat, gemini.missingEnd]).toEqual(['', ''])
  })
})

describe('answering whole', () => {
  it('says what a stream would have said', () => {
    const answer = foldAnswer(ANSWER)!
    expect(gemini.encodeAnswer(answer, context)).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'Hm.', thought: true, thoughtSignature: 'c2ln' },
              { text: 'I "look" now 🌍.' },
              { functionCall: { id: 'c1', name: 'read', args: { path: 'a' } }, thoughtSignature: 'c2lnMg==' },
              { functionCall: { id: 'c2', name: 'now', args: {} } },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: {
        promptTokenCount: 100,
        cachedContentTokenCount: 60,
        candidatesTokenCount: 15,
        thoughtsTokenCount: 5,
        totalTokenCount: 120,
      },
      modelVersion: 'asked',
      responseId: 'req1',
    })
  })

  it('says nothing of usage that nobody knows, and tells custom and hidden parts', () => {
    const answer = gemini.encodeAnswer(
      {
        parts: [
          { type: 'redacted-thinking', carrier: { origin: 'gemini', data: 'aGlk' } },
          { type: 'refusal', text: 'No.' },
          { type: 'opaque', protocol: 'gemini', raw: { executableCode: {} } },
          { type: 'tool-call', id: 'c', name: 'patch', argumentsText: '***', kind: 'custom' },
          { type: 'tool-call', id: 'd', name: 'cut', argumentsText: '{"a', kind: 'function' },
        ],
        finish: 'length',
        usage: {},
      },
      context,
    )
    expect(answer).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: '', thought: true, thoughtSignature: 'aGlk' },
              { text: 'No.' },
              { executableCode: {} },
              { functionCall: { id: 'c', name: 'patch', args: { input: '***' } } },
            ],
          },
          finishReason: 'MAX_TOKENS',
          index: 0,
        },
      ],
      modelVersion: 'asked',
      responseId: 'req1',
    })
  })

  it('names the field that is wrong', () => {
    const error = new ChatError('invalid-request', 'contents is missing', { param: 'contents' })
    expect(gemini.encodeError(error, 'req1')).toMatchObject({
      status: 400,
      body: {
        error: { status: 'INVALID_ARGUMENT', details: [{ fieldViolations: [{ field: 'contents' }] }] },
      },
    })
    expect(gemini.encodeError(new ChatError('overloaded', 'x'), 'r').status).toBe(503)
  })
})
