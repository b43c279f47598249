import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readAnswer } from './read-answer.ts'

const recorded = JSON.parse(readFileSync(new URL('./fixtures/answer.json', import.meta.url), 'utf8'))

describe('reading a whole chat completion', () => {
  it('reads reasoning, text, calls and usage', () => {
    expect(readAnswer(recorded.body)).toEqual(recorded.answer)
  })

  it('reads calls of both kinds, in whatever choice they stand (P-13, P-20, P-21, P-42)', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'now', arguments: '' } }
    const custom = { id: 'c2', type: 'custom', custom: { name: 'patch', input: 'free text' } }
    const answer = readAnswer({
      choices: [
        { index: 0, message: { content: 'I look.' }, finish_reason: 'stop' },
        { index: 1, message: { content: null, tool_calls: [call, custom] }, finish_reason: 'stop' },
      ],
    })
    expect(answer).toEqual({
      parts: [
        { type: 'text', text: 'I look.' },
        { type: 'tool-call', id: 'c1', name: 'now', argumentsText: '', kind: 'function' },
        { type: 'tool-call', id: 'c2', name: 'patch', argumentsText: 'free text', kind: 'custom' },
      ],
      finish: 'tool-calls',
      usage: {},
    })
  })

  it('reads plain text alike, whatever empty fields stand beside it', () => {
    const body = (more: object) => ({
      id: 'c',
      model: 'm',
      choices: [{ message: { role: 'assistant', content: 'Yes.', ...more }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    })
    const plain = {
      id: 'c',
      model: 'm',
      parts: [{ type: 'text', text: 'Yes.' }],
      finish: 'stop',
      usage: { inputTokens: 3, outputTokens: 1 },
    }
    const empty = { refusal: null, annotations: [], tool_calls: [], audio: null, reasoning_content: '' }
    expect(readAnswer(body({}))).toEqual(plain)
    expect(readAnswer(body(empty))).toEqual(plain)
    expect(readAnswer(body({ ...empty, reasoning_content: 'Hm.' })).parts).toEqual([
      { type: 'thinking', text: 'Hm.' },
      { type: 'text', text: 'Yes.' },
    ])
  })

  it('reads an answer that says nothing', () => {
    expect(readAnswer({ choices: [{ message: { content: '' }, finish_reason: 'stop' }] })).toEqual({
      parts: [],
      finish: 'stop',
      usage: {},
    })
  })

  it.each([
    [{ error: { message: 'Quota', code: 'insufficient_quota' } }, 'quota-exhausted'],
    [{ error: { message: 'No key', type: 'authentication_error' } }, 'upstream-auth'],
    [{ error: 'busy' }, 'upstream-unavailable'],
    [
      { object: 'error', message: 'maximum context length is 4096', type: 'BadRequestError', code: 400 },
      'context-too-long',
    ],
    [{ detail: 'Not authenticated' }, 'upstream-unavailable'],
    [[{ error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } }], 'rate-limited'],
  ])('gives the error inside a 200: %j (P-88)', (body, kind) => {
    expect(() => readAnswer(body)).toThrow(expect.objectContaining({ kind }))
  })

  it.each([
    null,
    7,
    'text',
    [],
    {},
    { choices: [] },
    { choices: [{}] },
    { choices: 'x' },
    { choices: [{ message: 7 }] },
  ])('calls %j a changed upstream (P-88)', (body) => {
    expect(() => readAnswer(body)).toThrow(expect.objectContaining({ kind: 'upstream-changed' }))
  })
})
