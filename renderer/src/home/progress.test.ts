import { expect, test } from 'vitest'
import { runningStatus } from '../../../test/support/sample-status.ts'
import { sampleEntry } from '../requests/sample-entry.ts'
import { progressOf } from './progress.ts'

test('a newcomer has done nothing yet, and somebody at the door changes nothing', () => {
  const atTheDoor = sampleEntry({ protocol: null, state: 'failed', status: 401 })
  expect(progressOf(runningStatus(), [atTheDoor])).toEqual({
    hasAccount: false,
    isReached: false,
    firstAnswered: null,
  })
})

test('a refused client has found the way; the oldest answered request is the first', () => {
  const [refused, first, later] = ['failed', 'done', 'done'].map((state, index) =>
    sampleEntry({ id: String(index), state: state === 'done' ? 'done' : 'failed' }),
  )
  expect(progressOf(runningStatus(), [refused!]).isReached).toBe(true)
  expect(progressOf(runningStatus(), [later!, first!, refused!]).firstAnswered?.id).toBe('1')
})
