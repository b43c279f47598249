import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WholeFrames } from './whole-frames.ts'

const LIMIT = 1000

function feed(pieces: readonly Uint8Array[]): { whole: string[]; rest: string } {
  const frames = new WholeFrames(LIMIT)
  const whole = pieces.map((piece) => Buffer.from(frames.push(piece)).toString('latin1'))
  return { whole, rest: Buffer.from(frames.rest()).toString('latin1') }
}

describe('Whole frames', () => {
  it('let a chunk that ends with a frame pass as it is, without a copy', () => {
    const chunk = Buffer.from('data: 1\n\ndata: 2\n\n')
    expect(new WholeFrames(LIMIT).push(chunk).buffer).toBe(chunk.buffer)
  })

  it('keep what is unfinished until it is finished', () => {
    expect(feed(['data: 1\n', '\nda', 'ta: 2', '\n\n'].map((text) => Buffer.from(text)))).toEqual({
      whole: ['', 'data: 1\n\n', '', 'data: 2\n\n'],
      rest: '',
    })
  })

  it('know each kind of line end, wherever it is cut: nothing is lost and every piece ends with a frame', () => {
    const text = fc.stringMatching(/^[ab\r\n]{0,60}$/)
    fc.assert(
      fc.property(
        text,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 60 }),
        (stream, sizes) => {
          const pieces: Uint8Array[] = []
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1
            pieces.push(Buffer.from(stream.slice(at, at + size)))
            at += size
          }
          const { whole, rest } = feed(pieces)
          expect(whole.join('') + rest).toBe(stream)
          let sofar = ''
          for (const piece of whole) {
            sofar += piece
            if (piece !== '') expect(sofar).toMatch(/(\n\n|\r\r|\n\r\n)$/)
          }
          expect(rest).not.toMatch(/(\n\n|\r\r|\r\n\r\n)/)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('refuse a frame that never ends: memory stays bounded', () => {
    const frames = new WholeFrames(LIMIT)
    const piece = Buffer.alloc(100, 'x')
    expect(() => {
      for (let count = 0; count < 12; count++) frames.push(piece)
    }).toThrow('more than 1000 bytes')
  })
})
