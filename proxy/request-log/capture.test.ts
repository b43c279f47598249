import { describe, expect, it } from 'vitest'
import { Capture } from './capture.ts'

/** `count` pieces of `length` bytes, each byte by its place in all of them. */
function pieces(count: number, length: number): Uint8Array[] {
  return Array.from({ length: count }, (_, piece) =>
    Uint8Array.from({ length }, (_byte, index) => (piece * length + index) % 251),
  )
}

const held = ({ chunks }: Capture) => Buffer.concat(chunks)

describe('What the log holds of a body', () => {
  it.each([
    [1, 100],
    [500, 200],
    [20, 5000],
    [3, 60_000],
    [70_000, 1],
  ])('is its beginning, whatever it comes in: %i pieces of %i bytes', (count, length) => {
    const given = pieces(count, length)
    const capture = new Capture(65_536)
    for (const piece of given) capture.add(piece)
    const whole = Buffer.concat(given)
    expect(held(capture).equals(whole.subarray(0, 65_536))).toBe(true)
    expect([capture.size, capture.isCut]).toEqual([Math.min(whole.length, 65_536), whole.length > 65_536])
  })

  it('is the same where small and large pieces come by turns', () => {
    const given = [10, 5000, 20, 30, 6000, 4000, 4000, 40].flatMap((length) => pieces(1, length))
    const capture = new Capture(65_536)
    for (const piece of given) capture.add(piece)
    expect(held(capture).equals(Buffer.concat(given))).toBe(true)
  })

  it('is few objects, however many the pieces, and no more memory than twice the bytes and a page', () => {
    const capture = new Capture(65_536)
    for (const piece of pieces(300, 100)) capture.add(piece)
    expect(capture.chunks.length).toBeLessThan(6)
    const taken = new Set(capture.chunks.map(({ buffer }) => buffer))
    const bytes = [...taken].reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(bytes).toBeLessThan(30_000 * 2 + 24_576)
  })

  it('is nothing where nothing may be held', () => {
    const capture = new Capture(0)
    capture.add(new Uint8Array(5))
    expect([capture.chunks.length, capture.size, capture.isCut]).toEqual([0, 0, true])
  })
})
