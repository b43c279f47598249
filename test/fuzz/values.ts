import fc, { type Arbitrary } from 'fast-check'

/** What requests of every API are made of. All of it is valid: what is odd comes from `mutate`. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

export const text: Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('', 'hello', 'The tide turns at noon.', '{"a":1}', '```\ncode\n```', ' '),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
)

/** Few on purpose: calls, results and tools then meet. */
export const callId = fc.constantFrom('call_a', 'call_b', 'toolu_01', 'fc_9')
export const toolName = fc.constantFrom('read_file', 'write_file', 'run', 'mcp__harbour__lookup')
export const id = fc.constantFrom('item_1', 'msg_2', 'rs_3', 'file-4')
export const flag = fc.boolean()
export const url = fc.constantFrom('https://example.com/a.png', 'http://example.com/b')
export const base64 = fc.constantFrom('aGVsbG8=', 'JVBERi0xLjQK', 'iVBORw0KGgo=')
export const dataUrl = base64.map((data) => `data:image/png;base64,${data}`)
export const count = fc.oneof(fc.integer({ min: 1, max: 4096 }), fc.constantFrom(0, 1, 128_000))
export const share = fc.constantFrom(0, 0.2, 0.7, 1)
export const stringMap = fc.dictionary(fc.constantFrom('team', 'run', 'user'), text, {
  maxKeys: 2,
  noNullPrototype: true,
})

export const anyJson = fc.jsonValue({ maxDepth: 2 }) as Arbitrary<Json>
export const anyObject = fc.dictionary(fc.constantFrom('path', 'count', 'deep', 'x'), anyJson, {
  maxKeys: 3,
  noNullPrototype: true,
})
export const argumentsText = anyObject.map((value) => JSON.stringify(value))

const leafSchema: Arbitrary<Json> = fc.constantFrom<Json>(
  { type: 'string' },
  { type: 'string', enum: ['a', 'b'] },
  { type: 'integer', minimum: 0, exclusiveMaximum: 10 },
  { type: ['string', 'null'], default: null },
  { type: 'array', items: { type: 'number' }, maxItems: 3 },
  { anyOf: [{ type: 'boolean' }, { const: 7 }] },
  { $ref: '#/$defs/ship' },
  { type: 'object' },
  {},
)

export const schema = record(
  { type: fc.constant('object') },
  {
    properties: fc.dictionary(fc.constantFrom('path', 'count', 'deep'), leafSchema, {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    required: fc.constant(['path']),
    additionalProperties: flag,
    $schema: fc.constant('https://json-schema.org/draft/2020-12/schema'),
    $defs: fc.constant({ ship: { type: 'object', properties: { name: { type: 'string' } } } }),
    description: text,
  },
)

type Shape = Readonly<Record<string, Arbitrary<unknown>>>

/** An object with all of the first fields and any of the second. */
export function record(required: Shape, optional: Shape = {}): Arbitrary<Json> {
  return fc.record(
    { ...required, ...optional },
    { requiredKeys: Object.keys(required), noNullPrototype: true },
  ) as Arbitrary<Json>
}

/** An object that says its `type`. */
export function typed(type: string, required: Shape = {}, optional: Shape = {}): Arbitrary<Json> {
  return record({ type: fc.constant(type), ...required }, optional)
}

export function list<T>(item: Arbitrary<T>, maxLength = 3, minLength = 0): Arbitrary<T[]> {
  return fc.array(item, { minLength, maxLength })
}

export function maybeNull<T>(value: Arbitrary<T>): Arbitrary<T | null> {
  return fc.option(value, { freq: 9, nil: null })
}
