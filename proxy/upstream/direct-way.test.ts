import { createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { CancelSource } from '../cancel-signal.ts'
import type { ChatError } from '../chat/chat-error.ts'
import {
  answerOk,
  ask,
  callTo,
  collect,
  failureOf,
  listen,
  OK,
  openWay,
  type Script,
  startRaw,
} from './upstream.test-support.ts'

/** Until everything that is on its way over loopback has been seen. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('A connection to an upstream', () => {
  it('carries one call after the other', async () => {
    const upstream = await startRaw(answerOk)
    const way = openWay()
    for (const body of ['{}', 'é'.repeat(10), Buffer.alloc(100_000, 'x')])
      expect(await ask(way, callTo(upstream.port, { body }))).toBe('ok')
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([0, 0, 0])
    expect(upstream.seen[2]?.text.endsWith('x'.repeat(100_000))).toBe(true)
  })

  it('carries one call at a time: two at once have two', async () => {
    const waiting: Socket[] = []
    const upstream = await startRaw((socket) => {
      if (waiting.push(socket) === 2) for (const one of waiting) one.write(OK)
    })
    const way = openWay()
    const call = callTo(upstream.port)
    expect(await Promise.all([ask(way, call), ask(way, call)])).toEqual(['ok', 'ok'])
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([0, 1])
  })

  it.each([
    ['that says so', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['that is kept for no time', 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok'],
    ['with more bytes than it says', `${OK}more`],
    ['with another answer behind it', OK + OK],
    [
      'with bytes behind its last chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nmore',
    ],
  ])('ends with an answer %s, which is good', async (_what, bytes) => {
    const upstream = await startRaw((socket) => void socket.write(bytes))
    const way = openWay()
    const call = callTo(upstream.port)
    expect([await ask(way, call), await ask(way, call)]).toEqual(['ok', 'ok'])
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([0, 1])
  })

  it('ends with an answer that has no other end', async () => {
    const upstream = await startRaw((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'))
    const way = openWay()
    const call = callTo(upstream.port)
    expect([await ask(way, call), await ask(way, call)]).toEqual(['all of it', 'all of it'])
  })

  it('is not used again where the answer came before the request had gone out', async () => {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      // Nothing of the request is read until the answer is out.
      socket.pause()
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno')
    })
    const port = await listen(server)
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const way = openWay()
    const onSent = vi.fn()
    const call = callTo(port, { body: Buffer.alloc(50_000_000), onSent })
    const answer = await way.fetch(call)
    expect([answer.status, await collect(answer)]).toEqual([413, 'no'])
    await (await way.fetch(call)).abort()
    expect([sockets.length, onSent.mock.calls.length]).toEqual([2, 0])
  })

  it('says when the whole request has gone out, which for a large one takes as long as the upstream wants', async () => {
    let go = () => undefined as unknown
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.pause()
      let bytes = 0
      go = () => socket.resume()
      socket.on('data', (chunk) => {
        bytes += chunk.length
        if (bytes > 20_000_000) socket.write(OK)
      })
      socket.pause()
    })
    const port = await listen(server)
    const onSent = vi.fn()
    const answer = ask(openWay(), callTo(port, { body: Buffer.alloc(20_000_000), onSent }))
    await vi.waitFor(() => expect(go()).toBeDefined())
    expect(await answer).toBe('ok')
    expect(onSent).toHaveBeenCalledOnce()
  })
})

describe('An idle connection', () => {
  /** The clock moves by hand; sockets have their own time. */
  const withClock = async (script: Script = answerOk) => {
    const clock = createFakeClock()
    const upstream = await startRaw(script)
    return { clock, upstream, way: openWay({}, clock), call: callTo(upstream.port) }
  }

  it.each([
    ['is closed by the upstream', (socket: Socket) => void socket.end()],
    ['is reset by the upstream', (socket: Socket) => void socket.resetAndDestroy()],
    [
      'brings bytes that nobody asked for',
      (socket: Socket) => void socket.write('HTTP/1.1 408 Late\r\n\r\n'),
    ],
  ])('that %s is dropped at once, and harms nobody', async (_what, misbehave) => {
    const { upstream, way, call } = await withClock()
    expect(await ask(way, call)).toBe('ok')
    misbehave(upstream.sockets[0] as Socket)
    await vi.waitFor(() => expect(upstream.open()).toBe(0))
    await settle()
    expect(await ask(way, call)).toBe('ok')
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([0, 1])
  })

  it.each([
    ['half a minute', OK, 30_000],
    ['what the upstream said, less a second', OK.replace('\r\n', '\r\nkeep-alive: timeout=5\r\n'), 4000],
  ])('serves for %s', async (_what, bytes, keepMs) => {
    const { clock, upstream, way, call } = await withClock((socket) => void socket.write(bytes))
    expect(await ask(way, call)).toBe('ok')
    await clock.advance(keepMs - 1)
    expect(await ask(way, call)).toBe('ok')
    await clock.advance(keepMs)
    expect(await ask(way, call)).toBe('ok')
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([0, 0, 1])
  })

  it('is closed when its time is over, without a call', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const { clock, upstream, way, call } = await withClock()
    expect(await ask(way, call)).toBe('ok')
    await clock.advance(29_000)
    vi.advanceTimersByTime(1000)
    await settle()
    expect([upstream.open(), vi.getTimerCount()]).toEqual([1, 1])
    await clock.advance(1000)
    vi.advanceTimersByTime(1000)
    await vi.waitFor(() => expect(upstream.open()).toBe(0))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not keep the process alive, until it is used again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const { way, call } = await withClock()
    expect(await ask(way, call)).toBe('ok')
    const busy = sockets()
    vi.advanceTimersByTime(1000)
    expect(sockets()).toBe(busy - 1)
    expect(await ask(way, call)).toBe('ok')
    expect(sockets()).toBe(busy)
  })

  it('is closed when the network changes', async () => {
    const { upstream, way, call } = await withClock()
    expect(await ask(way, call)).toBe('ok')
    way.renew(0)
    await vi.waitFor(() => expect(upstream.open()).toBe(0))
    expect(await ask(way, call)).toBe('ok')
  })
})

// FM-7 of the fault matrix.
describe('A call whose connection dies before any byte of an answer', () => {
  const dies: Script = (socket, index) => void (index === 0 ? socket.write(OK) : socket.destroy())

  it('is known to be stale on a connection that was kept', async () => {
    const upstream = await startRaw(dies)
    const way = openWay()
    expect(await ask(way, callTo(upstream.port))).toBe('ok')
    expect(await failureOf(way, callTo(upstream.port))).toMatchObject({ code: 'stale_socket' })
  })

  it('is not stale on a new one, even while others are kept', async () => {
    const waiting: Socket[] = []
    const upstream = await startRaw((socket, index) => {
      if (index === 1) socket.destroy()
      else waiting.push(socket)
    })
    const way = openWay()
    const first = ask(way, callTo(upstream.port))
    await vi.waitFor(() => expect(waiting.length).toBe(1))
    const second = failureOf(way, callTo(upstream.port))
    expect(await second).toMatchObject({ code: 'closed' })
    waiting[0]?.write(OK)
    expect(await first).toBe('ok')
  })

  it('is not stale where a byte had come', async () => {
    const upstream = await startRaw(
      (socket, index) => void (index === 0 ? socket.write(OK) : socket.end('HTTP')),
    )
    const way = openWay()
    expect(await ask(way, callTo(upstream.port))).toBe('ok')
    expect(await failureOf(way, callTo(upstream.port))).toMatchObject({ code: 'closed' })
  })
})

describe('An answer that is not whole, or none,', () => {
  it.each([
    ['closed', 'the connection ends before it', ''],
    ['closed', 'the connection ends within its head', 'HTTP/1.1 200 OK\r\n'],
    ['protocol', 'it is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['protocol', 'its head is too large', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(20_000)}\r\n\r\n`],
    ['protocol', 'its protocol is switched', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'],
  ])('is an error with the code %s where %s', async (code, _where, bytes) => {
    const upstream = await startRaw((socket) => void socket.end(bytes))
    expect(await failureOf(openWay(), callTo(upstream.port))).toMatchObject({ code })
  })

  it.each([
    ['closed', 'its bytes are too few', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello'],
    [
      'closed',
      'its chunks have no end',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
    ],
  ])('gives what came, and then fails with the code %s, where %s', async (code, _where, bytes) => {
    const upstream = await startRaw((socket) => void socket.end(bytes))
    expect(await ask(openWay(), callTo(upstream.port))).toBe(`hello [${code}]`)
  })

  it('is an error where the connection is reset, also where only that would be its end', async () => {
    const upstream = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhello')
      setTimeout(() => socket.resetAndDestroy(), 20)
    })
    expect(await ask(openWay(), callTo(upstream.port))).toBe('hello [reset]')
  })

  it('is an error where a chunk is none, behind what was good', async () => {
    const upstream = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n')
      setTimeout(() => socket.write('x'), 20)
    })
    expect(await ask(openWay(), callTo(upstream.port))).toBe('hello [protocol]')
    await vi.waitFor(() => expect(upstream.open()).toBe(0))
  })

  it('is an error where a header cannot be sent, and nothing goes out', async () => {
    const upstream = await startRaw(answerOk)
    const way = openWay()
    const call = callTo(upstream.port, { headers: { authorization: 'Bearer a\r\nx-admin: 1' } })
    expect(await failureOf(way, call)).toMatchObject({ code: 'invalid_header' })
    expect(upstream.sockets.length).toBe(0)
  })
})

describe('A call that is given up', () => {
  it('at once opens no connection', async () => {
    const upstream = await startRaw(answerOk)
    const signal = new CancelSource()
    const failure = failureOf(openWay(), callTo(upstream.port, { signal }))
    signal.abort(new Error('left'))
    expect(await failure).toMatchObject({ code: 'connection' })
    await settle()
    expect(upstream.sockets.length).toBe(0)
  })

  it('while its connection is made is never sent, and the connection serves the next one', async () => {
    const upstream = await startRaw(answerOk)
    const way = openWay()
    const signal = new CancelSource()
    const failure = failureOf(way, callTo(upstream.port, { signal }))
    // Now it has begun, and cannot be over before the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    signal.abort(new Error('left'))
    expect(await failure).toMatchObject({ code: 'connection' })
    await vi.waitFor(() => expect(upstream.sockets.length).toBe(1))
    await settle()
    expect(upstream.seen).toEqual([])
    expect(await ask(way, callTo(upstream.port))).toBe('ok')
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([0])
  })

  it.each(['before its head', 'in the middle of its body'])(
    '%s takes its connection with it',
    async (when) => {
      const upstream = await startRaw((socket) => {
        if (when !== 'before its head') socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello')
      })
      const signal = new CancelSource()
      const outcome = ask(openWay(), callTo(upstream.port, { signal })).catch(({ code }: ChatError) => code)
      await vi.waitFor(() => expect(upstream.seen.length).toBe(1))
      await settle()
      signal.abort(new Error('left'))
      expect(await outcome).toMatch(/connection/)
      await vi.waitFor(() => expect(upstream.open()).toBe(0))
    },
  )

  it('by closing the way ends with an error, and so does one that comes after that', async () => {
    const upstream = await startRaw(() => undefined)
    const way = openWay()
    const failure = failureOf(way, callTo(upstream.port))
    await vi.waitFor(() => expect(upstream.seen.length).toBe(1))
    await way.close()
    expect(await failure).toMatchObject({ code: 'connection' })
    expect(await failureOf(way, callTo(upstream.port))).toMatchObject({ code: 'connection' })
  })

  it('leaves no timer', async () => {
    const clock: FakeClock = createFakeClock()
    const upstream = await startRaw(() => undefined)
    const way = openWay({}, clock)
    const failure = failureOf(way, callTo(upstream.port))
    await vi.waitFor(() => expect(upstream.seen.length).toBe(1))
    await way.close()
    await failure
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('A taker that is slow', () => {
  const BYTES = 20_000_000
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(300)}0\r\n\r\n`

  it.each([
    ['with a length', `HTTP/1.1 200 OK\r\ncontent-length: ${BYTES}\r\n\r\n${'x'.repeat(BYTES)}`, BYTES],
    ['in chunks', chunked, 300 * 0x10000],
  ])('stops the upstream, and misses nothing of an answer %s', async (_how, bytes, size) => {
    const upstream = await startRaw((socket) => void socket.write(bytes))
    const way = openWay()
    const answer = await way.fetch(callTo(upstream.port))
    let taken = 0
    let isPaused = false
    const ended = new Promise<void>((resolve, reject) => {
      answer.consume({
        bytes(piece) {
          taken += piece.length
          isPaused = true
          return false
        },
        end: resolve,
        fail: reject,
      })
    })
    await settle()
    // What was under way when it was stopped may still come, and no more.
    expect(taken).toBeLessThan(1_000_000)
    expect(upstream.sockets[0]?.writableLength).toBeGreaterThan(0)
    const goOn = setInterval(() => {
      if (isPaused) answer.resume()
      isPaused = false
    }, 0)
    onTestFinished(() => clearInterval(goOn))
    await ended
    expect(taken).toBe(size)
    expect(await ask(way, callTo(upstream.port))).toHaveLength(size)
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([0, 0])
  })
})
