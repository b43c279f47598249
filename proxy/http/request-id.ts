import { randomFillSync } from 'node:crypto'

const GIVEN = /^[A-Za-z0-9._-]{1,64}$/

/** The client's own `x-request-id` where it is a plain word, else a new UUID of version 7 (its order is that of time). */
export function requestIdOf(given: string | string[] | undefined, nowMs: number): string {
  return typeof given === 'string' && GIVEN.test(given) ? given : makeUuid7(nowMs)
}

const RANDOM_BYTES = 10
/** Random bytes for many ids at once: a call into the system's generator costs more than the id. */
const pool = Buffer.alloc(RANDOM_BYTES * 256)
let used = pool.length

function makeUuid7(nowMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const random = pool.subarray(used, used + RANDOM_BYTES)
  used += RANDOM_BYTES
  const time = Math.floor(nowMs).toString(16).padStart(12, '0')
  random[0] = ((random[0] ?? 0) & 0x0f) | 0x70
  random[2] = ((random[2] ?? 0) & 0x3f) | 0x80
  const rest = random.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`
}
