import { describe, expect, it } from 'vitest'
import { ChatError } from '../../proxy/chat/chat-error.ts'
import type { StreamPart } from '../../proxy/chat/stream-part.ts'
import { startFakeRelay } from '../support/fake-relay.ts'

/** What carries no output: an event of the protocol with so many bytes of data, and eight around it. */
const silent = (bytes: number): StreamPart => ({ type: 'answer-start', id: 'x'.repeat(bytes) })
const FAILED: StreamPart = { type: 'error', error: new ChatError('overloaded', 'Overloaded') }
const GOOD: readonly StreamPart[] = [
  { type: 'text-start', key: 0 },
  { type: 'text-delta', key: 0, text: 'good' },
  { type: 'text-end', key: 0 },
  { type: 'finish', reason: 'stop' },
]

/** The first attempt says `parts` and waits until it is told to fail; the second one is good. */
function startHolding(parts: readonly StreamPart[]) {
  let fail = () => undefined as unknown
  const told = new Promise<void>((resolve) => {
    fail = resolve
  })
  const relayed = startFakeRelay(async function* (_signal, attempt) {
    if (attempt > 0) return yield* GOOD
    yield* parts
    await told
    yield FAILED
  })
  return {
    ...relayed,
    /** Lets the first attempt fail, and the pause before the second one pass. */
    async fail() {
      fail()
      await relayed.clock.advance(1)
    },
    /** Waits until everything that was said has been taken. */
    async settle() {
      for (let round = 0; round < 20; round++) await relayed.clock.advance(0)
    },
  }
}

describe('REL-10: what is held back before the first output ends with the first of its bounds', () => {
  it.each([
    ['63 events are held', Array.from({ length: 63 }, () => silent(1)), false],
    ['64 events are not', Array.from({ length: 64 }, () => silent(1)), true],
    ['a byte less than 256 KiB is held', [silent(131_064), silent(131_063)], false],
    ['256 KiB are not', [silent(131_064), silent(131_064)], true],
    ['bytes are counted, not characters', [{ type: 'answer-start', id: 'é'.repeat(131_072) }], true],
  ] as const)('%s', async (_title, parts, isCommitted) => {
    const { clock, client, attempts, fail, settle, isAnswered, closed } = startHolding(parts)
    await settle()
    expect(client.head).toBe(isCommitted ? 200 : undefined)
    await fail()
    expect(await isAnswered).toBe(!isCommitted)
    // What was held is thrown away with the attempt that failed; what was let go cannot be repeated.
    expect([attempts(), client.text.includes('good'), closed]).toEqual(
      isCommitted
        ? [1, false, [expect.objectContaining({ errorKind: 'overloaded' })]]
        : [2, true, [expect.objectContaining({ state: 'done' })]],
    )
    expect(clock.pendingTimers).toBe(0)
  })

  it('it lasts 10 s and no longer, from the first event on', async () => {
    const { client, clock, fail, isAnswered, attempts } = startHolding([silent(1)])
    await clock.advance(9999)
    expect(client.head).toBeUndefined()
    await clock.advance(1)
    expect(client.head).toBe(200)
    await fail()
    expect([await isAnswered, attempts()]).toEqual([false, 1])
  })
})

describe('One request through the relay', () => {
  it('REL-22: whose client has its whole answer is answered, though it leaves while the provider tidies up', async () => {
    const { abort, isAnswered, closed, outcomes, clock } = startFakeRelay(
      async function* (signal) {
        try {
          yield* GOOD
        } finally {
          // A provider may have something to close at its upstream, and stops when it is told to.
          await Promise.resolve()
          signal.throwIfAborted()
        }
      },
      { onEnd: () => abort.abort(new ChatError('cancelled', 'The client closed the connection')) },
    )
    expect(await isAnswered).toBe(true)
    expect([closed, outcomes]).toEqual([[expect.objectContaining({ state: 'done' })], ['ok']])
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([true, false])(
    'gives back what it borrowed, whatever a provider throws (stream: %s)',
    async (stream) => {
      const { isAnswered, outcomes, traffic, clock, client, closed } = startFakeRelay(
        // biome-ignore lint/correctness/useYield: a provider that fails before it says anything
        async function* () {
          throw new TypeError('a mistake of ours')
        },
        { stream },
      )
      expect(await isAnswered).toBe(false)
      expect([outcomes, traffic, clock.pendingTimers]).toEqual([['failed'], { active: 0, retrying: 0 }, 0])
      expect([client.head, client.isEnded, closed]).toEqual([
        500,
        true,
        [expect.objectContaining({ errorKind: 'internal' })],
      ])
    },
  )

  it('REL-31: that ends without an end is cut, once and for all', async () => {
    const { isAnswered, client, attempts, closed } = startFakeRelay(async function* () {
      yield* GOOD.slice(0, 2)
    })
    expect(await isAnswered).toBe(false)
    expect([attempts(), client.isEnded, closed]).toEqual([
      1,
      true,
      [expect.objectContaining({ errorKind: 'upstream-truncated' })],
    ])
  })
})
