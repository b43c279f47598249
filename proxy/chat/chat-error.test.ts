import { describe, expect, it } from 'vitest'
import { ChatError, ERROR_KINDS, toChatError } from './chat-error.ts'

describe('the kinds of failure', () => {
  it('never blame an account for what a client asked, nor ask again the same (P-119)', () => {
    const faults = Object.entries(ERROR_KINDS).filter(([, { fault }]) => fault === 'client')
    // Another account may know a model that this one does not.
    expect(faults.filter(([, { retry }]) => retry !== 'never').map(([kind]) => kind)).toEqual([
      'model-not-found',
    ])
    for (const kind of ['context-too-long', 'content-refused', 'too-large', 'invalid-request'] as const)
      expect(ERROR_KINDS[kind]).toMatchObject({ fault: 'client', retry: 'never' })
  })

  it('keep the cause of what nobody expected, and say nothing of it', () => {
    const cause = new Error('secret')
    const error = toChatError(cause)
    expect([error.kind, error.cause, error.message.includes('secret')]).toEqual(['internal', cause, false])
    expect(toChatError(error)).toBe(error)
    expect(new ChatError('timed-out', 'x').cause).toBeUndefined()
  })
})
