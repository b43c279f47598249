import { randomFillSync } from 'node:crypto'

const GIVEN = /^[A-Za-z0-9._-]{1,64}$/

/** The client's own `x-request-id` where it is a plain word, else a new UUID of version 7 (its order is that of time). */
export function requestIdOf(given: string | string[] | undefined, nowMs: number): string {
  return typeof given === 'string' && GIVEN.test(given) ? given : makeUuid7(nowMs)
}

/** The time of the last id, in milliseconds and as it is written. */
let lastMs = -1
let lastTime = ''
const RANDOM_BYTES = 10
/** Random bytes for many ids at once: a call into the system's generator costs more than the id. */
const pool = Buffer.alloc(RANDOM_BYTES * 256)
let used = pool.length

function makeUuid7(nowMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  pool[used] = ((pool[used] ?? 0) & 0x0f) | 0x70
  pool[used + 2] = ((pool[used + 2] ?? 0) & 0x3f) | 0x80
  const rest = pool.toString('hex', used, used + RANDOM_BYTES)
  used += RANDOM_BYTES
  return `${writeTime(nowMs)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`
}

function writeTime(nowMs: number): string {
  if (nowMs === lastMs) return lastTime
  const digits = Math.floor(nowMs).toString(16).padStart(12, '0')
  lastMs = nowMs
  lastTime = `${digits.slice(0, 8)}-${digits.slice(8)}`
  return lastTime
}
