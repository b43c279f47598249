import { describe, expect, it, vi } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { Slots } from '../slots.ts'
import { AnswerHandler, type ByteSink, type UpstreamAnswer } from './answer-handler.ts'
import { createSleepWatch } from './sleep-watch.ts'

function open() {
  const clock = createFakeClock()
  const watch = createSleepWatch(clock, () => undefined)
  const underWay = new Slots<AnswerHandler>()
  const control = {
    abort: vi.fn(),
    pause: vi.fn(),
    resume: vi.fn(),
  }
  let handler!: AnswerHandler
  const answered = new Promise<UpstreamAnswer>((resolve, reject) => {
    handler = new AnswerHandler(
      {
        url: new URL('http://upstream.test/v1'),
        method: 'POST',
        headers: {},
        body: '{}',
        signal: new AbortController().signal,
        firstByteMs: 1000,
        idleMs: 1000,
        maxBytes: 1000,
      },
      { underWay, clock, watch },
      resolve,
      reject,
    )
  })
  return { clock, control, handler, answered, underWay }
}

/** A sink that writes down what reaches it, and does what it is told with the first bytes. */
function record(onFirst: () => void = () => undefined) {
  const seen: string[] = []
  const sink: ByteSink = {
    bytes(chunk) {
      seen.push(Buffer.from(chunk).toString())
      if (seen.length === 1) onFirst()
      return true
    },
    end: () => void seen.push('end'),
    fail: ({ code }) => void seen.push(`failed: ${code}`),
  }
  return { seen, sink }
}

describe('A call that waits for its turn on a connection', () => {
  it('REL-01: and was given up meanwhile, is not sent any more', async () => {
    const { clock, control, handler, answered } = open()
    const outcome = answered.catch((error: unknown) => error)
    await clock.advance(1000)
    expect(await outcome).toMatchObject({ kind: 'timed-out', code: 'first_byte_timeout' })
    // Only now the connection is made, and the request would go out.
    handler.onRequestStart(control)
    expect(control.abort).toHaveBeenCalledOnce()
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('An answer whose first bytes came before somebody took it', () => {
  it('is given in order, and ends', async () => {
    const { handler, answered } = open()
    handler.onResponseStart(200, {})
    const upstream = await answered
    handler.onResponseData(Buffer.from('one'))
    handler.onResponseData(Buffer.from('two'))
    handler.onResponseEnd()
    const { seen, sink } = record()
    upstream.consume(sink)
    expect(seen).toEqual(['one', 'two', 'end'])
  })

  it('REL-09: reaches its taker no further once that has closed it', async () => {
    const { clock, handler, answered, underWay } = open()
    handler.onResponseStart(200, {})
    const upstream = await answered
    handler.onResponseData(Buffer.from('an error'))
    handler.onResponseData(Buffer.from('content'))
    handler.onResponseEnd()
    const { seen, sink } = record(() => upstream.abort())
    upstream.consume(sink)
    expect(seen).toEqual(['an error'])
    expect([clock.pendingTimers, underWay.size]).toEqual([0, 0])
  })

  it('that are too many: fails once', async () => {
    const { handler, answered } = open()
    handler.onResponseStart(200, {})
    const upstream = await answered
    for (let count = 0; count < 3; count++) handler.onResponseData(Buffer.alloc(600, 'x'))
    handler.onResponseEnd()
    const { seen, sink } = record()
    upstream.consume(sink)
    expect(seen.slice(1)).toEqual(['failed: too_large'])
  })
})
