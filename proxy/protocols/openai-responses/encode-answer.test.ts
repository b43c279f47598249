import { describe, expect, it } from 'vitest'
import { ChatError } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { AnswerContext } from '../protocol.ts'
import { openaiResponses } from './index.ts'

const contextOf = (fields: JsonObject): AnswerContext => ({
  requestId: 'req1',
  model: 'asked',
  createdAt: 1_794_000_000,
  request: openaiResponses.decodeRequest({ model: 'asked', input: 'Hi', ...fields }),
})

describe('encoding a whole response', () => {
  it('repeats what was asked for, as the API does', () => {
    const asked = {
      max_output_tokens: 100,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      previous_response_id: 'resp_0',
      reasoning: { effort: 'high', summary: 'auto' },
      store: false,
      temperature: 0.5,
      text: {
        format: { type: 'json_schema', name: 'a', schema: { type: 'object' }, strict: true },
        verbosity: 'low',
      },
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'read' }] },
      tools: [
        { type: 'function', name: 'read', parameters: { type: 'object' }, strict: true },
        { type: 'custom', name: 'patch' },
        { type: 'web_search' },
      ],
      top_p: 0.9,
      truncation: 'auto',
    }
    const answer = openaiResponses.encodeAnswer({ parts: [], finish: 'stop', usage: {} }, contextOf(asked))
    expect(answer).toMatchObject({ ...asked, status: 'completed', output: [], instructions: null })
  })

  it('says how it ended, and counts though nobody told how much (P-71, P-76)', () => {
    const answer = openaiResponses.encodeAnswer(
      { parts: [{ type: 'text', text: '12345678' }], finish: 'length', usage: {} },
      { ...contextOf({}), estimatedInputTokens: 40 },
    )
    expect(answer).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { input_tokens: 40, output_tokens: 2, total_tokens: 42 },
    })
  })

  it('gives each call an id of its own, apart from its item’s', () => {
    const call = { type: 'tool-call', id: 'call_0', name: 'a', argumentsText: '', kind: 'function' } as const
    const answer = openaiResponses.encodeAnswer(
      { parts: [call, call], finish: 'tool-calls', usage: {} },
      contextOf({}),
    )
    const [first, second] = answer.output as readonly JsonObject[]
    expect(first).toMatchObject({ id: 'fc_req1_0', call_id: 'call_0', arguments: '{}' })
    expect(second?.call_id).not.toBe('call_0')
  })
})

describe('encoding an error', () => {
  it.each([
    [new ChatError('context-too-long', 'x'), 400, 'invalid_request_error', 'context_length_exceeded'],
    [new ChatError('quota-exhausted', 'x'), 402, 'insufficient_quota', 'insufficient_quota'],
    [new ChatError('rate-limited', 'x'), 429, 'rate_limit_error', 'rate_limit_exceeded'],
    [new ChatError('overloaded', 'x'), 503, 'server_error', 'overloaded'],
    [
      new ChatError('invalid-request', 'x', { code: 'previous_response_not_found' }),
      400,
      'invalid_request_error',
      'previous_response_not_found',
    ],
    [new ChatError('internal', 'x'), 500, 'server_error', 'internal'],
  ])('tells %s as clients know it', (error, status, type, code) => {
    expect(openaiResponses.encodeError(error, 'req1')).toEqual({
      status,
      body: { error: { message: 'x', type, param: null, code } },
    })
  })
})
