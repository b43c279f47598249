import { connect } from 'node:net'
import type { Check } from './check-answer.ts'
import { createHttpReader } from './http-reader.ts'

export type Load = {
  readonly port: number
  readonly connections: number
  /** A whole HTTP request as it stands on the wire. */
  readonly request: Buffer
  /** No request starts later than so many milliseconds after the first … */
  readonly durationMs: number
  /** … nor after so many requests. */
  readonly requests?: number
  readonly check: Check
  /** Sees each piece of a body as it comes. */
  readonly onBody?: (bytes: Buffer) => void
}

export type LoadResult = {
  readonly answers: number
  /** From the first connection's start to the last answer's end. */
  readonly seconds: number
  /** Milliseconds from the sending of a request to the first byte of its answer's body, sorted. */
  readonly firstByteMs: readonly number[]
  /** Share of its core that the rig used meanwhile; near 1 the rig itself was the limit. */
  readonly rigBusy: number
}

/** The largest body that is kept for its check. */
const MAX_BODY_BYTES = 8_388_608

type Run = {
  readonly load: Load
  readonly endsAt: number
  readonly firstByteMs: number[]
  /** Closes every connection that is still open. */
  readonly closers: Set<() => void>
  started: number
  answers: number
}

/**
 * Keeps `connections` requests under way, each connection one after the other, and looks at every answer. Rejects with
 * the first answer that is wrong, and when a connection is lost; nothing runs on then.
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  const endsAt = startedAt + load.durationMs
  const run: Run = { load, endsAt, firstByteMs: [], closers: new Set(), started: 0, answers: 0 }
  try {
    await Promise.all(Array.from({ length: load.connections }, () => drive(run)))
  } finally {
    for (const close of run.closers) close()
  }
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return {
    answers: run.answers,
    seconds,
    firstByteMs: run.firstByteMs.sort((a, b) => a - b),
    rigBusy: (user + system) / 1e6 / seconds,
  }
}

/** One connection: resolves when no more requests are to start. */
function drive(run: Run): Promise<void> {
  const { load } = run
  return new Promise((resolve, reject) => {
    const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
    const body = createBodyBuffer()
    let status = 0
    let sentAt = 0
    let isDone = false
    const finish = (error?: Error) => {
      isDone = true
      run.closers.delete(finish)
      socket.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    run.closers.add(finish)
    const sendOrFinish = () => {
      const isEnough = run.started >= (load.requests ?? Number.POSITIVE_INFINITY)
      if (isEnough || performance.now() >= run.endsAt) return finish()
      run.started++
      body.clear()
      sentAt = performance.now()
      socket.write(load.request)
    }
    const read = createHttpReader({
      head(text) {
        status = Number(text.slice(9, 12))
      },
      body(bytes) {
        if (body.isEmpty()) run.firstByteMs.push(performance.now() - sentAt)
        body.add(bytes)
        load.onBody?.(bytes)
      },
      end() {
        const wrong = load.check(status, body.bytes())
        if (wrong !== undefined) return finish(new Error(wrong))
        run.answers++
        sendOrFinish()
      },
    })
    socket.on('connect', sendOrFinish)
    socket.on('data', (bytes) => {
      if (isDone) return
      try {
        read(bytes)
      } catch (error) {
        finish(error instanceof Error ? error : new Error(String(error)))
      }
    })
    socket.on('error', finish)
    socket.on('close', () => {
      if (!isDone) finish(new Error('the connection was closed before the answer ended'))
    })
  })
}

/** Gathers one body after the other in the same bytes. */
function createBodyBuffer() {
  let buffer = Buffer.allocUnsafe(65_536)
  let length = 0
  return {
    isEmpty: () => length === 0,
    /** Valid until the next `add` or `clear`. */
    bytes: () => buffer.subarray(0, length),
    clear() {
      length = 0
    },
    add(bytes: Buffer) {
      const needed = length + bytes.length
      if (needed > MAX_BODY_BYTES) throw new Error('an answer is larger than the rig expects')
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, needed))
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
      bytes.copy(buffer, length)
      length = needed
    },
  }
}
