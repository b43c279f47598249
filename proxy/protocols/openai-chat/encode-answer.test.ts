import { describe, expect, it } from 'vitest'
import type { ChatAnswer } from '../../chat/chat-answer.ts'
import { ChatError, ERROR_KINDS, type ErrorKind } from '../../chat/chat-error.ts'
import { openaiChat } from './index.ts'

const context = {
  requestId: 'req1',
  model: 'asked',
  createdAt: 1_794_000_000,
  request: { model: 'asked', turns: [], tools: [], stream: false, includeUsage: false },
}

describe('encoding a whole chat completion', () => {
  it('tells reasoning, text, calls and usage', () => {
    const answer: ChatAnswer = {
      id: 'msg_1',
      model: 'upstream',
      parts: [
        { type: 'thinking', text: 'Hm.' },
        { type: 'redacted-thinking', carrier: { origin: 'anthropic-messages', data: 'x' } },
        { type: 'text', text: 'I look.' },
        { type: 'tool-call', id: 'c1', name: 'read', argumentsText: '{"a": 1}', kind: 'function' },
        { type: 'tool-call', id: 'c2', name: 'now', argumentsText: '', kind: 'function' },
        { type: 'tool-call', id: 'c3', name: 'patch', argumentsText: 'free', kind: 'custom' },
      ],
      finish: 'tool-calls',
      usage: {
        inputTokens: 10,
        outputTokens: 5,
        cacheReadTokens: 4,
        cacheWriteTokens: 2,
        reasoningTokens: 9,
      },
    }
    expect(openaiChat.encodeAnswer(answer, context)).toEqual({
      id: 'chatcmpl-req1',
      object: 'chat.completion',
      created: 1_794_000_000,
      model: 'asked',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'I look.',
            refusal: null,
            reasoning_content: 'Hm.',
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"a": 1}' } },
              { id: 'c2', type: 'function', function: { name: 'now', arguments: '{}' } },
              { id: 'c3', type: 'custom', custom: { name: 'patch', input: 'free' } },
            ],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    })
  })

  it('says content null only beside calls or a refusal, and no usage where none is known (P-102)', () => {
    const encode = (parts: ChatAnswer['parts']) =>
      openaiChat.encodeAnswer({ parts, finish: 'stop', usage: {} }, context)
    expect(encode([])).toMatchObject({ choices: [{ message: { content: '' } }] })
    expect(encode([])).not.toHaveProperty('usage')
    expect(encode([{ type: 'refusal', text: 'No.' }])).toMatchObject({
      choices: [{ message: { content: null, refusal: 'No.' } }],
    })
  })
})

describe('encoding an error', () => {
  it.each<[ErrorKind, number, string, string | null]>([
    ['invalid-request', 400, 'invalid_request_error', null],
    ['context-too-long', 400, 'invalid_request_error', 'context_length_exceeded'],
    ['unauthorized', 401, 'invalid_request_error', 'invalid_api_key'],
    ['quota-exhausted', 402, 'insufficient_quota', 'insufficient_quota'],
    ['forbidden', 403, 'permission_error', null],
    ['model-not-found', 404, 'invalid_request_error', 'model_not_found'],
    ['too-large', 413, 'invalid_request_error', null],
    ['rate-limited', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['queue-full', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['internal', 500, 'server_error', 'internal'],
    ['upstream-auth', 502, 'server_error', 'upstream_auth'],
    ['upstream-changed', 502, 'server_error', 'upstream_changed'],
    ['no-account', 503, 'server_error', 'no_account'],
    ['timed-out', 504, 'server_error', 'timeout'],
    ['overloaded', 503, 'server_error', 'overloaded'],
  ])('tells %s as %i (P-118)', (kind, status, type, code) => {
    expect(openaiChat.encodeError(new ChatError(kind, 'words'), 'req1')).toEqual({
      status,
      body: { error: { message: 'words', type, param: null, code } },
    })
  })

  it('has a status and a type for every kind there is, and 529 for none', () => {
    for (const kind of Object.keys(ERROR_KINDS) as ErrorKind[]) {
      const { status, body } = openaiChat.encodeError(new ChatError(kind, 'x'), 'r')
      expect(status, kind).not.toBe(529)
      expect(body).toMatchObject({ error: { type: expect.stringMatching(/^[a-z_]+$/) } })
    }
  })

  it('keeps code and param (P-100)', () => {
    const error = new ChatError('invalid-request', 'words', { code: 'invalid_value', param: 'tools[0]' })
    expect(openaiChat.encodeError(error, 'req1').body).toMatchObject({
      error: { code: 'invalid_value', param: 'tools[0]' },
    })
  })
})

describe('keeping a quiet stream alive', () => {
  it('sends a comment, and has the end marker that upstreams forget (REL-32)', () => {
    expect(openaiChat.heartbeat).toBe(': keep-alive\n\n')
    expect(openaiChat.missingEnd).toBe('data: [DONE]\n\n')
  })
})
