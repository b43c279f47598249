import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import { fromOpenapiSchema } from './schema-from-openapi.ts'
import { toOpenapiSchema } from './schema-openapi.ts'

const property = (inner: JsonValue, root: JsonObject = {}) =>
  (toOpenapiSchema({ type: 'object', properties: { a: inner }, ...root }).properties as JsonObject).a

describe('writing a schema in the dialect of Gemini', () => {
  it('keeps what both dialects know', () => {
    const schema = {
      type: 'object',
      description: 'A ship.',
      properties: {
        name: { type: 'string', minLength: 1, pattern: '^S' },
        berths: { type: 'array', items: { type: 'integer', minimum: 1 }, maxItems: 3 },
      },
      required: ['name'],
    }
    expect(toOpenapiSchema(schema)).toEqual(schema)
  })

  it('puts local references in full, also those below others (P-47)', () => {
    const root = {
      $defs: {
        Ship: { type: 'object', properties: { port: { $ref: '#/$defs/Port~1Home' } } },
        'Port/Home': { type: 'string' },
      },
    }
    expect(property({ $ref: '#/$defs/Ship', description: 'Hers.' }, root)).toEqual({
      type: 'object',
      description: 'Hers.',
      properties: { port: { type: 'string' } },
    })
  })

  it('ends a reference to itself, and one that leads nowhere (P-47)', () => {
    const root = { $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } } } }
    expect(property({ $ref: '#/$defs/Node' }, root)).toEqual({
      type: 'object',
      properties: { next: { type: 'object' } },
    })
    expect(property({ $ref: 'https://x.example/s.json' })).toEqual({ type: 'object' })
  })

  it.each<[string, JsonValue, JsonObject]>([
    ['a type that may be null (P-48)', { type: ['string', 'null'] }, { type: 'string', nullable: true }],
    [
      'several types (P-48)',
      { type: ['string', 'integer'] },
      { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    ],
    [
      'several types with an array',
      { type: ['array', 'string'], items: { type: 'string' } },
      { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'string' }] },
    ],
    [
      'numbers as an enum (P-49)',
      { type: 'integer', enum: [1, 2] },
      { type: 'string', enum: ['1', '2'], format: 'enum' },
    ],
    [
      'an enum without a type (P-49)',
      { enum: ['a', null, ''] },
      { type: 'string', enum: ['a'], format: 'enum' },
    ],
    ['a constant', { const: 'a' }, { type: 'string', enum: ['a'], format: 'enum' }],
    ['true as a schema (P-50)', true, { type: 'string' }],
    ['false as a schema (P-50)', false, { type: 'string' }],
    [
      'items that are true (P-50)',
      { type: 'array', items: true },
      { type: 'array', items: { type: 'string' } },
    ],
    ['an array without items', { type: 'array' }, { type: 'array', items: { type: 'string' } }],
    [
      'a tuple',
      { type: 'array', prefixItems: [{ type: 'integer' }] },
      { type: 'array', items: { type: 'integer' } },
    ],
    [
      'a tuple of old',
      { type: 'array', items: [{ type: 'integer' }] },
      { type: 'array', items: { type: 'integer' } },
    ],
    [
      'keys of vendors (P-51)',
      { type: 'string', $comment: 'x', enumDescriptions: [], encrypted: true, 'x-a': 1 },
      { type: 'string' },
    ],
    [
      'additionalProperties and its like (P-51)',
      { type: 'object', additionalProperties: false, patternProperties: {} },
      { type: 'object' },
    ],
    ['a type that is null (P-45)', { type: null }, { type: 'string' }],
    [
      'no type at all, but properties (P-44)',
      { properties: { b: {} } },
      { type: 'object', properties: { b: { type: 'string' } } },
    ],
    [
      'a choice with null',
      { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'x' },
      { type: 'string', nullable: true, description: 'x' },
    ],
    [
      'a choice',
      { oneOf: [{ type: 'string' }, { type: 'boolean' }] },
      { anyOf: [{ type: 'string' }, { type: 'boolean' }] },
    ],
    [
      'all of several',
      {
        allOf: [
          { properties: { b: { type: 'string' } }, required: ['b'] },
          { type: 'object', required: ['c'] },
        ],
        properties: { c: { type: 'string' } },
      },
      { type: 'object', properties: { b: { type: 'string' }, c: { type: 'string' } }, required: ['b', 'c'] },
    ],
    ['formats that are not known', { type: 'string', format: 'uri' }, { type: 'string' }],
    ['formats that are', { type: 'string', format: 'date-time' }, { type: 'string', format: 'date-time' }],
    [
      'exclusive bounds',
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { type: 'integer', minimum: 1, maximum: 8 },
    ],
    [
      'what is required but not there',
      { type: 'object', properties: { b: { type: 'string' } }, required: ['b', 'z'] },
      { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] },
    ],
  ])('writes %s', (_, schema, expected) => {
    expect(property(schema)).toEqual(expected)
  })

  it('gives every schema a type or a choice, and no unknown key, whatever comes (P-51)', () => {
    const known =
      /^(type|title|description|nullable|format|default|example|(min|max)(Items|Properties|Length|imum)|pattern|propertyOrdering|required|enum|items|properties|anyOf)$/
    const check = (schema: JsonValue): void => {
      if (!isJsonObject(schema)) throw new Error('no schema')
      expect(Object.keys(schema).filter((name) => !known.test(name))).toEqual([])
      expect(schema.type ?? schema.anyOf).toBeDefined()
      if (isJsonObject(schema.properties)) for (const inner of Object.values(schema.properties)) check(inner!)
      if (schema.items !== undefined) check(schema.items)
      if (Array.isArray(schema.anyOf)) schema.anyOf.forEach(check)
    }
    const names = fc.constantFrom(
      'type',
      'properties',
      'items',
      'anyOf',
      'allOf',
      '$ref',
      'enum',
      'x',
      'required',
    )
    const values = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<JsonValue>('string', 'object', 'null', '#', '#/properties/type', null, true, 7),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(names, tie('value'), { maxKeys: 5 }),
    }))
    fc.assert(fc.property(values.object, (schema) => check(toOpenapiSchema(schema))))
  })
})

describe('reading a schema in the dialect of Gemini', () => {
  it('writes types small, and nullable as a type', () => {
    expect(
      fromOpenapiSchema({
        type: 'OBJECT',
        properties: {
          type: { type: 'STRING', nullable: true },
          list: { type: 'ARRAY', items: { type: 'INTEGER' }, minItems: '2' },
          any: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
        },
        propertyOrdering: ['type'],
      }),
    ).toEqual({
      type: 'object',
      properties: {
        type: { type: ['string', 'null'] },
        list: { type: 'array', items: { type: 'integer' }, minItems: 2 },
        any: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      },
    })
  })
})
