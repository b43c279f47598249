import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { toChatError } from '../../chat/chat-error.ts'
import { openaiResponsesCodec } from './index.ts'

const recorded = JSON.parse(readFileSync(new URL('./fixtures/answer.json', import.meta.url), 'utf8'))

describe('reading a whole answer', () => {
  it('reads every part, the finish and usage', () => {
    expect(openaiResponsesCodec.readAnswer(recorded)).toEqual({
      id: 'resp_1',
      model: 'gpt-5.5',
      parts: [
        { type: 'thinking', text: 'Hm.', signature: { origin: 'openai-responses', data: 'gAAAA' } },
        { type: 'text', text: 'I look.' },
        { type: 'tool-call', id: 'call_a', name: 'read', argumentsText: '{"path":"a"}', kind: 'function' },
      ],
      finish: 'tool-calls',
      usage: { inputTokens: 120, outputTokens: 30, cacheReadTokens: 64, reasoningTokens: 12 },
    })
  })

  it.each<[unknown, string]>([
    [{}, 'upstream-changed'],
    [{ output: 7 }, 'upstream-changed'],
    ['text', 'upstream-changed'],
    [{ output: [], status: 'queued' }, 'upstream-changed'],
    [{ status: 'failed', output: [], error: { code: 'server_error', message: 'x' } }, 'upstream-unavailable'],
    [{ error: { message: 'x', code: 'rate_limit_exceeded' } }, 'rate-limited'],
  ])('never takes %j for an answer (P-88)', (body, kind) => {
    let thrown: unknown
    try {
      openaiResponsesCodec.readAnswer(body)
    } catch (error) {
      thrown = error
    }
    expect(toChatError(thrown).kind).toBe(kind)
  })
})
