import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadMemory } from './read-memory.ts'

/** A connection as Node reads it: into the memory that it was given, which it then asks for anew. */
function connect() {
  const taken: Buffer[] = []
  const memory = new ReadMemory((bytes) => taken.push(bytes))
  let buffer = memory.buffer()
  return {
    taken,
    buffer: () => buffer,
    read(length: number, letter: number) {
      buffer.fill(letter, 0, length)
      expect(memory.callback(length)).toBe(true)
      buffer = memory.buffer()
    },
  }
}

describe('The memory of a connection', () => {
  it('gives bytes that no later read changes, its own or another connection’s', () => {
    const length = fc.oneof(
      fc.constantFrom(1, 100, 32_768, 32_769, 65_536),
      fc.integer({ min: 1, max: 65_536 }),
    )
    const reads = fc.array(fc.record({ of: fc.nat(2), length }), { maxLength: 30 })
    fc.assert(
      fc.property(reads, (steps) => {
        const connections = [connect(), connect(), connect()]
        const wanted: number[][][] = [[], [], []]
        for (const [turn, { of, length: size }] of steps.entries()) {
          connections[of]?.read(size, turn)
          wanted[of]?.push([size, turn])
        }
        const seen = connections.map(({ taken }) =>
          taken.map((bytes) => [
            bytes.length,
            bytes.every((byte) => byte === bytes[0]) ? bytes[0] : undefined,
          ]),
        )
        expect(seen).toEqual(wanted)
      }),
      { numRuns: 60 },
    )
  })

  it('copies what is large once, and then no more', () => {
    const { read, taken } = connect()
    for (let turn = 0; turn < 3; turn++) read(65_536, turn)
    const sizes = taken.map(({ buffer }) => buffer.byteLength)
    expect(sizes).toEqual([65_536, 65_536, 65_536])
    expect(new Set(taken.map(({ buffer }) => buffer)).size).toBe(3)
  })

  it('is that of all connections until much comes at a time, and again from then on', () => {
    const one = connect()
    const other = connect()
    expect(one.buffer()).toBe(other.buffer())
    one.read(65_536, 1)
    expect(one.buffer()).not.toBe(other.buffer())
    one.read(10, 2)
    expect(one.buffer()).toBe(other.buffer())
  })
})
