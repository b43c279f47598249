import { describe, expect, it } from 'vitest'
import type { ChatAnswer } from '../../chat/chat-answer.ts'
import { ChatError, ERROR_KINDS, type ErrorKind } from '../../chat/chat-error.ts'
import { anthropicMessages } from './index.ts'

const context = {
  requestId: 'req1',
  model: 'asked',
  createdAt: 1_794_000_000,
  request: { model: 'asked', turns: [], tools: [], stream: false, includeUsage: false },
}

describe('encoding a whole message', () => {
  it('tells every kind of part (P-13, P-22, P-35, P-55, P-69)', () => {
    const answer: ChatAnswer = {
      id: 'msg_7',
      parts: [
        { type: 'thinking', text: 'Hm.', signature: { origin: 'anthropic-messages', data: 'c2ln' } },
        { type: 'thinking', text: 'Unsigned.' },
        { type: 'thinking', text: 'Foreign.', signature: { origin: 'gemini', data: 'x' } },
        { type: 'redacted-thinking', carrier: { origin: 'anthropic-messages', data: 'aGlk' } },
        { type: 'opaque', protocol: 'anthropic-messages', raw: { type: 'server_tool_use' } },
        { type: 'opaque', protocol: 'gemini', raw: { type: 'x' } },
        { type: 'text', text: '' },
        { type: 'text', text: 'I look.' },
        { type: 'tool-call', id: 'c1', name: 'read', argumentsText: '{"a":1}', kind: 'function' },
        { type: 'tool-call', id: 'c2', name: 'now', argumentsText: '', kind: 'function' },
        { type: 'tool-call', id: 'c3', name: 'half', argumentsText: '{"a":', kind: 'function' },
      ],
      finish: 'tool-calls',
      usage: { inputTokens: 100, outputTokens: 5, cacheReadTokens: 60, cacheWriteTokens: 10 },
    }
    expect(anthropicMessages.encodeAnswer(answer, context)).toEqual({
      id: 'msg_7',
      type: 'message',
      role: 'assistant',
      model: 'asked',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
        { type: 'thinking', thinking: 'Unsigned.', signature: '' },
        { type: 'thinking', thinking: 'Foreign.', signature: 'portside.gemini.x' },
        { type: 'redacted_thinking', data: 'aGlk' },
        { type: 'server_tool_use' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'c1', name: 'read', input: { a: 1 } },
        { type: 'tool_use', id: 'c2', name: 'now', input: {} },
        {
          type: 'tool_use',
          id: 'c3',
          name: 'half',
          input: { __unparsedToolInput: { raw: '{"a":', len: 5 } },
        },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 30,
        cache_creation_input_tokens: 10,
        cache_read_input_tokens: 60,
        output_tokens: 5,
      },
    })
  })

  it('has empty content for an empty answer, and counts all the same', () => {
    const answer = anthropicMessages.encodeAnswer(
      { parts: [], finish: 'stop', usage: {} },
      { ...context, estimatedInputTokens: 42 },
    )
    expect(answer).toMatchObject({
      content: [],
      stop_reason: 'end_turn',
      usage: { input_tokens: 42, output_tokens: 0 },
    })
  })
})

describe('encoding an error', () => {
  it.each<[ErrorKind, number, string]>([
    ['invalid-request', 400, 'invalid_request_error'],
    ['unauthorized', 401, 'authentication_error'],
    ['quota-exhausted', 402, 'billing_error'],
    ['forbidden', 403, 'permission_error'],
    ['model-not-found', 404, 'not_found_error'],
    ['not-found', 404, 'not_found_error'],
    ['too-large', 413, 'request_too_large'],
    ['rate-limited', 429, 'rate_limit_error'],
    ['queue-full', 429, 'rate_limit_error'],
    ['internal', 500, 'api_error'],
    ['upstream-auth', 502, 'api_error'],
    ['upstream-truncated', 502, 'api_error'],
    ['no-account', 503, 'overloaded_error'],
    ['timed-out', 504, 'timeout_error'],
    ['overloaded', 529, 'overloaded_error'],
  ])('tells %s as %i %s (P-118)', (kind, status, type) => {
    expect(anthropicMessages.encodeError(new ChatError(kind, 'words'), 'req1')).toEqual({
      status,
      body: { type: 'error', error: { type, message: 'words' }, request_id: 'req1' },
    })
  })

  it('has a type for every kind there is', () => {
    for (const kind of Object.keys(ERROR_KINDS) as ErrorKind[]) {
      const { body } = anthropicMessages.encodeError(new ChatError(kind, 'x'), 'r')
      expect(body, kind).toMatchObject({ error: { type: expect.stringMatching(/^[a-z_]+$/) } })
    }
  })

  it('says a prompt is too long in the words that Claude Code knows, once', () => {
    const message = (words: string) =>
      anthropicMessages.encodeError(new ChatError('context-too-long', words), 'r').body
    expect(message('maximum is 4096')).toMatchObject({
      error: { message: 'prompt is too long: maximum is 4096' },
    })
    expect(message('prompt is too long: 9 tokens > 8')).toMatchObject({
      error: { message: 'prompt is too long: 9 tokens > 8' },
    })
  })

  it('carries the details on which SDKs act (P-100)', () => {
    const details = { error_code: 'thread_unsupported_request', unsupported: ['thread'] }
    expect(
      anthropicMessages.encodeError(new ChatError('invalid-request', 'x', { details }), 'r').body,
    ).toMatchObject({ error: { details } })
  })
})

describe('keeping a quiet stream alive', () => {
  it('sends a ping event, and has the end event that upstreams forget (REL-32)', () => {
    expect(anthropicMessages.heartbeat).toBe('event: ping\ndata: {"type":"ping"}\n\n')
    expect(anthropicMessages.missingEnd).toBe('event: message_stop\ndata: {"type":"message_stop"}\n\n')
  })
})
