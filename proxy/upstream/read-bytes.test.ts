import { describe, expect, it } from 'vitest'
import { ChatError } from '../chat/chat-error.ts'
import type { ByteSink, UpstreamAnswer } from './answer-handler.ts'
import { readBytes, readText } from './read-bytes.ts'

/** An answer that a test feeds by hand. */
function fedAnswer() {
  const seen = { resumed: 0, aborted: 0 }
  let sink: ByteSink | undefined
  const answer: UpstreamAnswer = {
    status: 200,
    headers: {},
    consume(taken) {
      sink = taken
    },
    resume: () => seen.resumed++,
    abort: () => seen.aborted++,
  }
  return { answer, seen, sink: () => sink! }
}

const bytes = (length: number) => new Uint8Array(length).fill(97)

describe('an answer that is pulled', () => {
  it('gives its bytes in order and ends where the upstream ends', async () => {
    const { answer, seen, sink } = fedAnswer()
    const read = readText(answer, 100)
    sink().bytes(Buffer.from('har'))
    sink().bytes(Buffer.from('bour'))
    sink().end()
    expect(await read).toBe('harbour')
    expect(seen.aborted).toBe(1)
  })

  it('asks the upstream to pause while too much waits, and to go on behind it', async () => {
    const { answer, seen, sink } = fedAnswer()
    const reader = readBytes(answer)
    const first = reader.next()
    expect(sink().bytes(bytes(10))).toBe(true)
    expect((await first).value).toHaveLength(10)
    expect(sink().bytes(bytes(300_000))).toBe(false)
    expect(seen.resumed).toBe(0)
    await reader.next()
    expect(seen.resumed).toBe(1)
    await reader.return(undefined)
  })

  it('gives what came before it throws why the rest is missing', async () => {
    const { answer, sink } = fedAnswer()
    const reader = readBytes(answer)
    const first = reader.next()
    sink().bytes(bytes(3))
    sink().fail(new ChatError('upstream-unavailable', 'reset'))
    expect((await first).value).toHaveLength(3)
    await expect(reader.next()).rejects.toMatchObject({ message: 'reset' })
  })

  it('ends early and quietly when it is told that it is enough', async () => {
    const { answer, seen, sink } = fedAnswer()
    const enough = new AbortController()
    const reader = readBytes(answer, enough.signal)
    const first = reader.next()
    sink().bytes(bytes(1))
    await first
    const second = reader.next()
    enough.abort()
    expect(await second).toMatchObject({ done: true })
    expect(seen.aborted).toBe(1)
  })

  it('cuts a text at its limit and closes the connection', async () => {
    const { answer, seen, sink } = fedAnswer()
    const read = readText(answer, 4)
    sink().bytes(bytes(10))
    expect(await read).toBe('aaaa')
    expect(seen.aborted).toBe(1)
  })
})
