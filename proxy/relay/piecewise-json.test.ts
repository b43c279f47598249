import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject } from '../chat/json.ts'
import { parsePiecewise, stringifyPiecewise } from './piecewise-json.ts'
import { scanJson } from './scan-json.ts'

const LIMITS = { jsonDepth: 1000, jsonNodes: 100_000 }

function parse(text: string): unknown {
  const bytes = Buffer.from(text)
  return parsePiecewise(bytes, scanJson(bytes, LIMITS, Buffer.from('model')).longStrings)
}

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\\', '"', '\\"', 'é', '潮', '\u2028', '\n'),
)
/** Short ones, and some beyond the length from which a string counts as long. */
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.array(word, { minLength: 60, maxLength: 200 }).map((words) => words.join('')),
  fc.string({ maxLength: 4 }).map((end) => 'tide '.repeat(100) + end),
)
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    // No two keys that differ in what they escape: V8 of Node 24.21 takes one for the other (seen 2026-11).
    fc.dictionary(fc.constantFrom('a', 'b', '', '潮', '__proto__', 'k'.repeat(300)), tie('any'), {
      maxKeys: 4,
    }),
  ),
})).any

describe('JSON in pieces', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(value, (given) => {
        const written = JSON.stringify(given)
        expect(parse(written)).toEqual(JSON.parse(written))
      }),
      { numRuns: 1000 },
    )
  })

  it('is written as JSON.stringify writes it, large or small', () => {
    const isObject = (given: unknown) => isJsonObject(given)
    fc.assert(
      fc.property(value.filter(isObject), fc.boolean(), (given, isLarge) => {
        if (!isJsonObject(given)) throw new Error('it is an object')
        const body = isLarge
          ? { ...given, list: ['潮 '.repeat(9000), undefined, given], none: undefined }
          : given
        const written = stringifyPiecewise(body as typeof given)
        expect(Buffer.from(written).toString()).toBe(JSON.stringify(body))
        if (isLarge) expect(written).toBeInstanceOf(Uint8Array)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['an escape that is none in a long string', `{"a":"${'tide '.repeat(100)}\\x"}`],
    ['a long string without an end', `{"a":"${'tide '.repeat(100)}`],
    ['two values', `"${'tide '.repeat(100)}" "a"`],
  ])('is refused with %s', (_what, broken) => {
    expect(() => JSON.parse(broken)).toThrow(SyntaxError)
    expect(() => parse(broken)).toThrow(SyntaxError)
  })

  it('takes a line break in a long string as it stands', () => {
    const text = `${'tide '.repeat(100)}\n`
    expect(parse(`{"a":"${text}"}`)).toEqual({ a: text })
  })

  it('keeps what a client writes in the place of nothing of ours', () => {
    const long = 'tide '.repeat(100)
    expect(parse(JSON.stringify({ first: '0', long, last: ['1', long] }))).toEqual({
      first: '0',
      long,
      last: ['1', long],
    })
  })
})
