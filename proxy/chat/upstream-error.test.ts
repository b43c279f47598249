import { describe, expect, it } from 'vitest'
import { readErrorText } from './read-error-envelope.ts'
import { upstreamError } from './upstream-error.ts'

function read(status: number, body: unknown) {
  return upstreamError(readErrorText(typeof body === 'string' ? body : JSON.stringify(body)), status)
}

describe('what an upstream’s failure means', () => {
  it.each([
    [401, { error: { message: 'bad key', code: 'invalid_api_key' } }, 'upstream-auth'],
    [403, { error: { type: 'permission_error', message: 'no' } }, 'upstream-auth'],
    [402, { error: { message: 'Insufficient Balance' } }, 'quota-exhausted'],
    [
      429,
      { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } },
      'quota-exhausted',
    ],
    [429, { error: { message: 'This request would exceed your monthly spend limit' } }, 'quota-exhausted'],
    [429, { error: { message: 'Rate limit reached: 5 requests per minute' } }, 'rate-limited'],
    [429, 'Too Many Requests', 'rate-limited'],
    [404, { error: { code: 'model_not_found', message: 'no such thing' } }, 'model-not-found'],
    [
      404,
      { type: 'error', error: { type: 'not_found_error', message: 'model: claude-9' } },
      'model-not-found',
    ],
    [404, { detail: 'Not Found' }, 'upstream-changed'],
    [413, { error: { type: 'request_too_large', message: 'too large' } }, 'too-large'],
    [400, { error: { code: 'context_length_exceeded', message: 'too long' } }, 'context-too-long'],
    [
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'prompt is too long: 210000 tokens > 200000 maximum',
        },
      },
      'context-too-long',
    ],
    [400, { error: { code: 'content_filter', message: 'filtered' } }, 'content-refused'],
    [
      400,
      {
        error: { message: 'Your credit balance is too low to access the API', type: 'invalid_request_error' },
      },
      'quota-exhausted',
    ],
    [400, { error: { message: 'temperature must be ≤ 2', param: 'temperature' } }, 'invalid-request'],
    [422, { detail: [{ loc: ['body', 'messages', 0], msg: 'field required' }] }, 'invalid-request'],
    [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'overloaded'],
    [503, { error: { message: 'The model is overloaded', status: 'UNAVAILABLE', code: 503 } }, 'overloaded'],
    [500, { error: { type: 'api_error', message: 'oops' } }, 'upstream-unavailable'],
    [502, '<html><head><title>502 Bad Gateway</title></head></html>', 'upstream-unavailable'],
    [504, '', 'timed-out'],
    [408, {}, 'timed-out'],
  ])('reads %i %j as %s', (status, body, kind) => {
    expect(read(status, body)).toMatchObject({ kind, upstreamStatus: status })
  })

  it('keeps code, param and details (P-100)', () => {
    const error = { message: 'bad field', code: 'invalid_value', param: 'tools[0].name', details: { a: 1 } }
    expect(read(400, { error })).toMatchObject({
      message: 'bad field',
      code: 'invalid_value',
      param: 'tools[0].name',
      details: { a: 1 },
    })
  })

  it.each([
    ['OpenAI', { error: { message: 'the words' } }],
    ['Anthropic', { type: 'error', error: { type: 'invalid_request_error', message: 'the words' } }],
    ['Gemini', { error: { code: 400, message: 'the words', status: 'INVALID_ARGUMENT' } }],
    ['Gemini in a list', [{ error: { code: 400, message: 'the words', status: 'INVALID_ARGUMENT' } }]],
    ['FastAPI', { detail: 'the words' }],
    ['a bare string', { error: 'the words' }],
    ['a message alone', { message: 'the words' }],
    [
      'JSON in a message',
      { error: { message: '400: {"error":{"message":"{\\"error\\":{\\"message\\":\\"the words\\"}}"}}' } },
    ],
    ['plain text', 'the words'],
    ['HTML', '<!DOCTYPE html>\n<html><title>the\n words</title><body>long page</body></html>'],
  ])('finds the words in the envelope of %s (P-100)', (_, body) => {
    expect(read(400, body).message).toBe('the words')
  })

  it('says so where nothing was said', () => {
    expect(read(500, '').message).toBe('The upstream failed: it answered with status 500 and no message')
    expect(read(500, '[1,2]').message).toContain('no message')
  })

  it('strikes out what looks like a key, and shortens what is long', () => {
    expect(
      read(401, { error: { message: 'Incorrect API key provided: sk-proj-abc123def456.' } }).message,
    ).not.toContain('abc123')
    expect(read(401, 'Authorization: Bearer abcdefghijkl is wrong').message).not.toContain('abcdefghijkl')
    expect(read(500, 'x'.repeat(100_000)).message.length).toBeLessThan(3000)
  })

  it('does not hang on deep or hostile text', () => {
    expect(read(400, `{"message":"${'['.repeat(50_000)}"}`).kind).toBe('invalid-request')
    expect(read(400, '<html>'.repeat(10_000)).kind).toBe('invalid-request')
  })
})
