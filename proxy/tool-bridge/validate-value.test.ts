import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../chat/json.ts'
import { coerceValue } from './coerce-value.ts'
import { validateValue } from './validate-value.ts'

const check = (value: JsonValue, schema: JsonObject) => validateValue(value, schema, schema)
const coerce = (value: JsonValue, schema: JsonObject) => coerceValue(value, schema, schema)

describe('Arguments against a schema', () => {
  it('follow references within it, to themselves too', () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: { next: { $ref: '#/$defs/node' }, n: { type: 'integer' } },
          required: ['n'],
        },
      },
    }
    expect(check({ n: 1, next: { n: 2 } }, schema)).toBeUndefined()
    expect(check({ n: 1, next: { n: 'two' } }, schema)).toBe('next.n is not of type integer')
    expect(coerce({ n: '1', next: { n: '2' } }, schema)).toEqual({ n: 1, next: { n: 2 } })
  })

  it('are refused, not pondered for ever, where the schema refers to itself without end', () => {
    const schema = { anyOf: [{ $ref: '#' }, { $ref: '#' }, { type: 'integer' }] }
    expect(check('x', schema)).toBeDefined()
    expect(coerce('x', schema)).toBe('x')
    const loop = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }
    expect(check({}, loop)).toBeUndefined()
    expect(check({}, { properties: { a: { $ref: '#/$defs/100%' } } })).toBeUndefined()
  })

  it('are refused where they are nested deeper than any tool means', () => {
    let value: JsonValue = []
    for (let depth = 0; depth < 5000; depth++) value = [value]
    expect(check(value, { type: 'array' })).toMatch(/nested too deeply/)
  })

  it.each([
    ['a number, where text or a number may stand, stays one', 5, { type: ['string', 'number'] }, 5],
    ['digits, where text or a number may stand, stay text', '5', { type: ['string', 'number'] }, '5'],
    ['a number is its text where only text may stand', 5, { type: ['string', 'null'] }, '5'],
    ['nothing stays nothing where it may', null, { type: ['string', 'null'] }, null],
    [
      'text is brought to the one alternative that it fits',
      '5',
      { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' }, minItems: 2 }] },
      5,
    ],
    [
      'text that fits several alternatives is left alone',
      'true',
      { anyOf: [{ type: 'boolean' }, { type: 'array' }] },
      'true',
    ],
    ['a list of numbers as text', '[1, "2"]', { type: 'array', items: { type: 'integer' } }, [1, 2]],
    [
      'an object as markup',
      '<x>1</x><y><![CDATA[a<b]]></y>',
      { type: 'object', properties: { x: { type: 'integer' } } },
      { x: 1, y: 'a<b' },
    ],
    ['a broken list is no list of one text', '["a","b', { type: 'array' }, '["a","b'],
    ['a switch in capitals', 'True', { type: 'boolean' }, true],
    ['a half number is no integer', '3.5', { type: 'integer' }, 3.5],
  ] as const)('%s', (_what, value, schema, expected) => {
    expect(coerce(value, schema as unknown as JsonObject)).toEqual(expected)
  })
})
