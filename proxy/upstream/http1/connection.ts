import type { Socket } from 'node:net'
import type { Clock, Timer } from '../../clock.ts'
import type { CallControl, CallListener } from './call-listener.ts'
import type { ResponseHead } from './read-head.ts'
import type { BytesTaker } from './read-memory.ts'
import { ResponseReader, type ResponseTaker } from './response-reader.ts'
import { transportError } from './transport-error.ts'
import type { WrittenRequest } from './write-request.ts'

/** One call on its way to a connection. */
export type Call = { readonly request: WrittenRequest; readonly listener: CallListener }

/** Who owns a connection: it is told when it is free for the next call, and when it is gone. */
export type ConnectionOwner = {
  onFree(connection: Connection): void
  onGone(connection: Connection): void
}

export type ConnectionOptions = {
  /** Opens its socket; what comes goes to `take`. */
  readonly dial: (take: BytesTaker) => Socket
  readonly isTls: boolean
  readonly owner: ConnectionOwner
  readonly clock: Clock
  readonly connectMs: number
  readonly headerBytes: number
}

/** A connection to an upstream. Has a life: connecting for its first call, busy and idle by turns, gone. */
export class Connection implements CallControl, ResponseTaker {
  /** Since when it has been idle, on the owner's clock. */
  idleSince = 0
  /** How long it may be idle. */
  keepMs = 0
  /** Its owner's: where it stands among its connections, and when it was made. */
  slot = -1
  generation = 0
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #reader: ResponseReader
  readonly #onWritten = (error?: Error | null) => this.#written(error)
  #connecting: Timer | undefined
  /** The call that it is made for. */
  #first: Call | undefined
  #listener: CallListener | undefined
  /** It was idle before this call: an end may mean no more than that the upstream kept it no longer. */
  #wasIdle = false
  #isSent = false
  #isPaused = false
  #isUnreferenced = false
  #isGone = false

  constructor({ dial, isTls, owner, clock, connectMs, headerBytes }: ConnectionOptions, first: Call) {
    const socket = dial((bytes) => this.#take(bytes))
    this.#socket = socket
    this.#owner = owner
    this.#first = first
    this.#reader = new ResponseReader(this, headerBytes)
    if (connectMs > 0)
      this.#connecting = clock.timer(connectMs, () => this.close(transportError('UND_ERR_CONNECT_TIMEOUT')))
    socket.once(isTls ? 'secureConnect' : 'connect', () => this.#connected())
    socket.on('end', () => this.#ended())
    socket.on('error', (error) => this.close(error))
    socket.on('close', () => this.close(transportError('UND_ERR_SOCKET')))
  }

  get isIdle(): boolean {
    return !this.#isGone && this.#listener === undefined && this.#first === undefined
  }

  send({ request, listener }: Call): void {
    this.#listener = listener
    this.#isSent = false
    this.#reader.begin()
    if (this.#isUnreferenced) this.#socket.ref()
    this.#isUnreferenced = false
    listener.onRequestStart(this)
    if (this.#isGone) return
    const { text, body } = request
    if (body === undefined) return void this.#socket.write(text, 'latin1', this.#onWritten)
    this.#socket.cork()
    this.#socket.write(text, 'latin1')
    this.#socket.write(body, this.#onWritten)
    this.#socket.uncork()
  }

  pause(): void {
    this.#isPaused = true
    this.#socket.pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket.resume()
  }

  abort(): void {
    this.#listener = undefined
    this.#drop()
  }

  /** Lets the process end while this connection waits. */
  unreference(): void {
    if (this.#isUnreferenced) return
    this.#isUnreferenced = true
    this.#socket.unref()
  }

  /** Ends it with its call, if it has one. */
  close(error: Error): void {
    if (this.#isGone) return
    const listener = this.#listener ?? this.#first?.listener
    this.#listener = undefined
    const wasKept = this.#wasIdle && !this.#reader.hasBegun
    this.#drop()
    listener?.onResponseError(error, wasKept)
  }

  onHead(head: ResponseHead): void {
    this.keepMs = head.keepMs
    this.#listener?.onResponseStart(head.status, head.headers)
  }

  onBody(bytes: Uint8Array): void {
    this.#listener?.onResponseData(bytes)
  }

  onEnd(hasMore: boolean): void {
    const listener = this.#listener
    if (listener === undefined) return
    this.#listener = undefined
    const mayStay = this.keepMs > 0 && this.#isSent && !hasMore
    if (!mayStay) this.#drop()
    listener.onResponseEnd()
    if (mayStay) this.#free()
  }

  #connected(): void {
    this.#connecting?.cancel()
    const first = this.#first
    if (this.#isGone || first === undefined) return
    this.#first = undefined
    if (!first.listener.isOver) return this.send(first)
    // Given up meanwhile: it must not go out, for the upstream would charge for it. The connection serves the next.
    this.keepMs = UNUSED_KEEP_MS
    this.#free()
  }

  #free(): void {
    this.#wasIdle = true
    this.resume()
    this.#owner.onFree(this)
  }

  #take(bytes: Buffer): void {
    // Nobody asked for anything: whatever this is, it must not become the next call's answer.
    if (this.#listener === undefined) return this.close(transportError('UND_ERR_SOCKET'))
    try {
      this.#reader.push(bytes)
    } catch (thrown) {
      this.close(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  }

  #ended(): void {
    try {
      if (this.#listener !== undefined) this.#reader.finish()
      this.close(transportError('UND_ERR_SOCKET'))
    } catch (thrown) {
      this.close(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
  }

  #written(error: Error | null | undefined): void {
    if (error || this.#isGone) return
    this.#isSent = true
    this.#listener?.onRequestSent()
  }

  #drop(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#first = undefined
    this.#connecting?.cancel()
    this.#socket.destroy()
    this.#owner.onGone(this)
  }
}

/** A server that was not asked anything closes sooner than one that was. */
const UNUSED_KEEP_MS = 5000
