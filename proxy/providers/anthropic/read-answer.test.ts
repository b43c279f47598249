import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readAnswer } from './read-answer.ts'

const recorded = JSON.parse(readFileSync(new URL('./fixtures/answer.json', import.meta.url), 'utf8'))

describe('reading a whole message', () => {
  it('reads every kind of block, and never more thinking than output (P-22, P-69, P-72)', () => {
    expect(readAnswer(recorded.body)).toEqual(recorded.answer)
  })

  it('reads an answer without blocks', () => {
    expect(readAnswer({ type: 'message', content: [], stop_reason: 'end_turn' })).toEqual({
      parts: [],
      finish: 'stop',
      usage: {},
    })
  })

  it('gives the error inside a 200 (P-88)', () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    expect(() => readAnswer(body)).toThrow(expect.objectContaining({ kind: 'overloaded' }))
  })

  it.each([null, 7, 'text', [], {}, { content: 'text' }, { choices: [] }])(
    'calls %j a changed upstream (P-88)',
    (body) => {
      expect(() => readAnswer(body)).toThrow(expect.objectContaining({ kind: 'upstream-changed' }))
    },
  )
})
