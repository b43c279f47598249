import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DamagedLogError } from './damaged-log-error.ts'
import { pack, unpack, unpackLines } from './pack.ts'

const line = fc.json()

describe('packed entries', () => {
  it('are the same when they are unpacked, few or many, long or short', () => {
    const lines = fc.oneof(
      fc.array(fc.oneof(line, fc.constant('')), { minLength: 1, maxLength: 5 }),
      fc.array(line, { minLength: 100, maxLength: 200 }),
    )
    fc.assert(
      fc.property(lines, (given) => {
        const text = given.join('\n')
        expect(unpackLines(pack(text))).toEqual(given)
        expect(unpackLines(pack(Buffer.from(text)))).toEqual(given)
        expect(unpack(pack(text)).toString()).toBe(text)
      }),
    )
  })

  it('from memory that threads share are the same', () => {
    const shared = Buffer.from(new SharedArrayBuffer(40_000))
    shared.fill('{"id":"a"}\n')
    expect(unpack(pack(shared)).equals(shared)).toBe(true)
  })

  it('that are much alike take a twentieth of their room', () => {
    const text = Array.from({ length: 300 }, (_, index) => `{"id":"${index}","pad":"${'x'.repeat(500)}"}`)
    expect(pack(text.join('\n')).length).toBeLessThan(text.join('\n').length / 20)
  })

  it('with a byte that changed on the disk are told from whole ones', () => {
    const packed = Buffer.from(pack(JSON.stringify(Array.from({ length: 3_000 }, (_, index) => index ** 2))))
    packed[packed.length >> 1]! ^= 1
    expect(() => unpack(packed)).toThrow(DamagedLogError)
    expect(() => unpack('text')).toThrow(DamagedLogError)
    expect(() => unpack(null)).toThrow(DamagedLogError)
  })
})
