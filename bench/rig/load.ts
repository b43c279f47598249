import { connect, type Socket } from 'node:net'
import { createHttpReader } from './http-reader.ts'

export type Load = {
  readonly port: number
  readonly connections: number
  /** A whole HTTP request as it stands on the wire. */
  readonly request: Buffer
  /** Stops after so many milliseconds, or after so many answers where `answers` is given. */
  readonly durationMs: number
  readonly answers?: number
  /** What is wrong with an answer; undefined when it is right. */
  readonly check: (status: number, body: Buffer) => string | undefined
  /** Sees each piece of a body as it comes. */
  readonly onBody?: (bytes: Buffer) => void
}

export type LoadResult = {
  readonly answers: number
  readonly seconds: number
  /** Milliseconds from the request's last byte to the answer's first body byte, sorted. */
  readonly firstByteMs: readonly number[]
}

const BODY_BYTES = 4_194_304

/**
 * Keeps `connections` requests under way, each connection one after the other, and looks at every answer. Rejects with
 * the first answer that is wrong, and when a connection is lost.
 */
export async function runLoad(load: Load): Promise<LoadResult> {
  const startedAt = performance.now()
  const endsAt = startedAt + load.durationMs
  const tally = { answers: 0, firstByteMs: [] as number[], endsAt }
  await Promise.all(Array.from({ length: load.connections }, () => drive(load, tally)))
  return {
    answers: tally.answers,
    seconds: (performance.now() - startedAt) / 1000,
    firstByteMs: tally.firstByteMs.sort((a, b) => a - b),
  }
}

type Tally = { answers: number; readonly firstByteMs: number[]; readonly endsAt: number }

function drive(load: Load, tally: Tally): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
    let body = Buffer.allocUnsafe(65_536)
    let length = 0
    let status = 0
    let sentAt = 0
    let isDone = false
    const finish = (error?: Error) => {
      isDone = true
      socket.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    const send = () => {
      length = 0
      sentAt = performance.now()
      socket.write(load.request)
    }
    const read = createHttpReader({
      head(text) {
        status = Number(text.slice(9, 12))
      },
      body(bytes) {
        if (length === 0) tally.firstByteMs.push(performance.now() - sentAt)
        if (length + bytes.length > body.length) body = grow(body, length + bytes.length)
        bytes.copy(body, length)
        length += bytes.length
        load.onBody?.(bytes)
      },
      end() {
        const wrong = load.check(status, body.subarray(0, length))
        if (wrong !== undefined) return finish(new Error(wrong))
        tally.answers++
        const isEnough = load.answers !== undefined && tally.answers >= load.answers
        if (isEnough || performance.now() >= tally.endsAt) finish()
        else send()
      },
    })
    socket.on('connect', send)
    socket.on('data', (bytes) => {
      if (!isDone) read(bytes)
    })
    socket.on('error', finish)
    socket.on('close', () => {
      if (!isDone) finish(new Error('the connection was closed before the answer ended'))
    })
  })
}

function grow(body: Buffer<ArrayBuffer>, needed: number): Buffer<ArrayBuffer> {
  if (needed > BODY_BYTES) throw new Error('an answer is larger than the rig expects')
  const larger = Buffer.allocUnsafe(Math.max(body.length * 2, needed))
  body.copy(larger)
  return larger
}
