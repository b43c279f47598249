import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CUT_OUT, createJsonOutline, outlineOf } from './json-outline.ts'
import { scanJson } from './scan-json.ts'

function outline(text: string, sizes: readonly number[] = [text.length]): unknown {
  const made = createJsonOutline()
  const bytes = Buffer.from(text)
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    made.push(bytes.subarray(at, at + size))
    at += size
  }
  const read = made.text()
  return read === undefined ? undefined : JSON.parse(read)
}

function outlineOfScanned(text: string): unknown {
  const bytes = Buffer.from(text)
  const { longStrings } = scanJson(bytes, { jsonDepth: 1000, jsonNodes: 100_000 }, Buffer.from('model'))
  const read = outlineOf(bytes, longStrings)
  return read === undefined ? undefined : JSON.parse(read)
}

/** The same value with its long strings cut out, by parsing it. */
function cutOut(value: unknown): unknown {
  if (typeof value === 'string') {
    const written = JSON.stringify(value).slice(1, -1)
    if (Buffer.byteLength(written) <= 256) return value
    return /^[ -[\]-~]{64}/.test(written) ? written.slice(0, 64) : CUT_OUT
  }
  if (Array.isArray(value)) return value.map(cutOut)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cutOut(inner)]))
}

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\\', '"', '\\"', 'é', '潮'),
)
const text = fc.array(word, { maxLength: 120 }).map((words) => words.join(''))

describe('The outline of a JSON text', () => {
  it('has the shape of the whole, with long strings cut out, however the bytes are cut', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 4 }),
        // No two keys that differ in what they escape: V8 of Node 24.21 takes one for the other (seen 2026-11).
        fc.dictionary(fc.constantFrom('a', 'b', 'usage', 'é', '"'), tie('any'), { maxKeys: 4 }),
      ),
    })).any
    fc.assert(
      fc.property(
        value,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 }),
        (given, sizes) => {
          const text = JSON.stringify(given)
          expect(outline(text, sizes)).toEqual(cutOut(given))
          expect(outlineOfScanned(text)).toEqual(cutOut(given))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('is not made of a text that ends within a string, or has little to cut out', () => {
    expect(outline('{"text":"high water')).toBeUndefined()
    const short = JSON.stringify(Array.from({ length: 20_000 }, () => 'tide'))
    expect(outline(short)).toBeUndefined()
    expect(outlineOfScanned(short)).toBeUndefined()
  })

  it('stays small for a string of a megabyte', () => {
    const made = createJsonOutline()
    made.push(Buffer.from(JSON.stringify({ text: 'tide '.repeat(200_000), usage: { tokens: 3 } })))
    expect(made.text()).toBe(`{"text":"${'tide '.repeat(13).slice(0, 64)}","usage":{"tokens":3}}`)
  })
})
