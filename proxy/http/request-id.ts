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
const RANDOM_DIGITS = 2 * RANDOM_BYTES
/** For many ids at once: a call into the system's generator, and one to write bytes as digits, cost more than the id. */
const pool = Buffer.alloc(RANDOM_BYTES * 256)
let digits = ''
let used = 0

function makeUuid7(nowMs: number): string {
  if (used === digits.length) refill()
  const at = used
  used += RANDOM_DIGITS
  return `${writeTime(nowMs)}-${digits.slice(at, at + 4)}-${digits.slice(at + 4, at + 8)}-${digits.slice(at + 8, used)}`
}

/** New digits, with the version and the variant of each id where they belong. */
function refill(): void {
  randomFillSync(pool)
  for (let at = 0; at < pool.length; at += RANDOM_BYTES) {
    pool[at] = ((pool[at] ?? 0) & 0x0f) | 0x70
    pool[at + 2] = ((pool[at + 2] ?? 0) & 0x3f) | 0x80
  }
  digits = pool.toString('hex')
  used = 0
}

function writeTime(nowMs: number): string {
  if (nowMs === lastMs) return lastTime
  const digits = Math.floor(nowMs).toString(16).padStart(12, '0')
  lastMs = nowMs
  lastTime = `${digits.slice(0, 8)}-${digits.slice(8)}`
  return lastTime
}
