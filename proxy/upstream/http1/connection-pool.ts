import type { LookupFunction } from 'node:net'
import type { Clock } from '../../clock.ts'
import { Slots } from '../../slots.ts'
import { atTurnEnd } from '../../turn-end.ts'
import { type Call, Connection, type ConnectionOwner } from './connection.ts'
import { dial, type Place, type TlsMemory } from './dial.ts'
import type { BytesTaker } from './read-memory.ts'
import { transportError } from './transport-error.ts'

export type PoolOptions = {
  readonly clock: Clock
  readonly lookup: LookupFunction
  readonly connectMs: number
  readonly headerBytes: number
}

const SWEEP_MS = 1000
/** Upstreams do not close a connection so soon after an answer, but for faults. */
const FRESH_MS = 1000

/** The connections to one place: as many as there are calls under way. The one that served last serves next. */
export class ConnectionPool implements ConnectionOwner {
  readonly #place: Place
  readonly #options: PoolOptions
  readonly #tls: TlsMemory = {}
  readonly #all = new Slots<Connection>()
  /** The last one was used last. Some may be gone already. */
  #idle: Connection[] = []
  readonly #sendTogether = atTurnEnd<Call>((calls) => this.#sendAll(calls))
  #generation = 0
  #isClosed = false
  #sweep: NodeJS.Timeout | undefined

  constructor(place: Place, options: PoolOptions) {
    this.#place = place
    this.#options = options
  }

  /**
   * Calls go out together at the end of a turn of the loop. What has come meanwhile of connections that end, or bring
   * what nobody asked for, has been seen by then; and an upstream that is woken once for many is cheaper than often. A
   * call that is alone gains nothing from it where its connection was used a moment ago.
   */
  send(call: Call): void {
    if (this.#isAlone()) this.#sendAll([call])
    else this.#sendTogether(call)
  }

  /** Idle connections close now, the others when their answers are over. */
  renew(): void {
    this.#generation++
    for (const connection of this.#idle) connection.close(transportError('UND_ERR_SOCKET'))
    this.#endSweep()
  }

  /** Cuts all connections, and whatever they carry. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#all) connection.close(transportError('UND_ERR_DESTROYED'))
    this.#endSweep()
  }

  onFree(connection: Connection): void {
    if (this.#isClosed || connection.generation !== this.#generation)
      return connection.close(transportError('UND_ERR_SOCKET'))
    connection.idleSince = this.#options.clock.monotonic()
    this.#idle.push(connection)
    // Not a timer of the clock's: it must not keep the process alive.
    this.#sweep ??= setInterval(() => this.#lookAtIdle(), SWEEP_MS).unref()
  }

  onGone(connection: Connection): void {
    this.#all.delete(connection.slot)
  }

  #connect(call: Call): void {
    const { lookup, ...options } = this.#options
    const { isTls } = this.#place
    const dialFor = (take: BytesTaker) => dial(this.#place, lookup, this.#tls, take)
    const connection = new Connection({ ...options, dial: dialFor, isTls, owner: this }, call)
    connection.generation = this.#generation
    connection.slot = this.#all.add(connection)
  }

  /** No other call is under way, and a connection is there that cannot well have ended unnoticed. */
  #isAlone(): boolean {
    const last = this.#idle.at(-1)
    const isFresh = last?.isIdle && this.#options.clock.monotonic() - last.idleSince < FRESH_MS
    return isFresh === true && this.#all.size === this.#idle.length
  }

  #sendAll(calls: readonly Call[]): void {
    const now = this.#options.clock.monotonic()
    for (const call of calls) {
      try {
        if (this.#isClosed) throw transportError('UND_ERR_DESTROYED')
        if (!call.listener.isOver) this.#sendNow(call, now)
      } catch (thrown) {
        // One that cannot go out must not keep the others back.
        call.listener.onResponseError(thrown instanceof Error ? thrown : new Error(String(thrown)), false)
      }
    }
  }

  #sendNow(call: Call, now: number): void {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) return this.#connect(call)
      if (!connection.isIdle) continue
      if (now - connection.idleSince < connection.keepMs) return connection.send(call)
      connection.close(transportError('UND_ERR_SOCKET'))
    }
  }

  #lookAtIdle(): void {
    const now = this.#options.clock.monotonic()
    const kept: Connection[] = []
    for (const connection of this.#idle) {
      if (!connection.isIdle) continue
      if (now - connection.idleSince >= connection.keepMs) connection.close(transportError('UND_ERR_SOCKET'))
      else if (kept.push(connection) > 0) connection.unreference()
    }
    this.#idle = kept
    if (kept.length === 0) this.#endSweep()
  }

  #endSweep(): void {
    clearInterval(this.#sweep)
    this.#sweep = undefined
    this.#idle = []
  }
}
