import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { toChatError } from '../../chat/chat-error.ts'
import { geminiCodec } from './index.ts'

const recorded = JSON.parse(readFileSync(new URL('./fixtures/answer.json', import.meta.url), 'utf8'))

describe('reading a whole answer', () => {
  it('reads every part, the finish and usage', () => {
    expect(geminiCodec.readAnswer(recorded)).toEqual({
      id: 'r1',
      model: 'gemini-3-pro',
      parts: [
        { type: 'thinking', text: 'Hm.' },
        { type: 'text', text: 'I look.' },
        {
          type: 'tool-call',
          id: 'call_r1_0',
          name: 'read',
          argumentsText: '{"path":"a"}',
          kind: 'function',
          signature: { origin: 'gemini', data: 'c2ln' },
        },
      ],
      finish: 'tool-calls',
      usage: { inputTokens: 100, outputTokens: 45, cacheReadTokens: 64, reasoningTokens: 25 },
    })
  })

  it.each<[unknown, string]>([
    [{}, 'upstream-changed'],
    ['text', 'upstream-changed'],
    [{ candidates: [] }, 'upstream-changed'],
    [{ candidates: [{ content: { parts: [{ text: 'x' }] } }] }, 'upstream-truncated'],
    [{ candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }] }, 'upstream-unavailable'],
    [[{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x' } }], 'rate-limited'],
  ])('never takes %j for an answer (P-88)', (body, kind) => {
    let thrown: unknown
    try {
      geminiCodec.readAnswer(body)
    } catch (error) {
      thrown = error
    }
    expect(toChatError(thrown).kind).toBe(kind)
  })
})
