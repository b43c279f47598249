import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../chat/json.ts'
import { escapeMarkers } from './escape-markers.ts'
import { askWith, CASE_TOOLS, cutAt, tell } from './filter.test-support.ts'
import { writeCalls } from './write-call.ts'

const MARKERS = [
  ']]>',
  '<![CDATA[',
  '</parameter>',
  '</invoke>',
  '</tool_calls>',
  '<tool_calls>',
  '<invoke name="ping">',
  '"',
  '\\',
  '\n',
  '```',
  '<',
  '&lt;',
  '<｜DSML｜tool_calls>',
  '<thinking>',
  ']',
  '\r\n',
  '\u0000',
  '😀',
]
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...MARKERS), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(text, { maxLength: 4 }),
  fc.dictionary(
    fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__'),
    fc.oneof(text, fc.integer()),
    { maxKeys: 4 },
  ),
)
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.:-]{0,40}$/)
const args = fc.dictionary(
  fc
    .oneof(fc.stringMatching(/^[A-Za-z_][\w-]{0,20}$/), fc.string({ minLength: 1, maxLength: 12 }))
    .filter((key) => key !== '__proto__' && key.trim() === key && !/[\n\r]/.test(key)),
  value,
  { maxKeys: 5 },
)
const cuts = (length: number) =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: Math.max(1, length - 1) }), { maxLength: 8 })
    .map((places) => places.sort((a, b) => a - b))

/** A schema that declares each argument's type, as tools do. */
function schemaOf(given: Readonly<Record<string, JsonValue>>) {
  const typeOf = (each: JsonValue) => (each === null ? 'null' : Array.isArray(each) ? 'array' : typeof each)
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(given).map(([key, each]) => [key, { type: typeOf(each) }])),
  }
}

const RUNS = { numRuns: 300 }

describe('A call written in the form of the prompt', () => {
  it('is read back as it was, wherever it is cut', () => {
    fc.assert(
      fc.property(name, args, fc.nat(), fc.gen(), (tool, given, _seed, pick) => {
        const written = writeCalls([{ name: tool, argumentsText: JSON.stringify(given) }])
        const request = askWith([{ kind: 'function', name: tool, parameters: schemaOf(given) }])
        const told = tell(cutAt(written, pick(cuts, written.length)), { request })
        expect(told).toMatchObject({
          text: '',
          calls: [{ name: tool, arguments: JSON.parse(JSON.stringify(given)) }],
          notes: [],
          faults: [],
        })
      }),
      RUNS,
    )
  })

  it('is read back where the tool has no schema, if its arguments are text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text, { maxKeys: 3 }), (given) => {
        const written = writeCalls([{ name: 'free', argumentsText: JSON.stringify(given) }])
        const request = askWith([{ kind: 'function', name: 'free' }])
        expect(tell([{ kind: 'text', text: written }], { request }).calls).toEqual([
          { name: 'free', arguments: { ...given } },
        ])
      }),
      RUNS,
    )
  })

  it('may hold 100 KB of anything', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (pieces) => {
        const body = `${pieces.join('')}x`.repeat(Math.ceil(100_000 / (pieces.join('').length + 1)))
        const written = writeCalls([
          { name: 'save_note', argumentsText: JSON.stringify({ path: 'a', body }) },
        ])
        const told = tell(
          cutAt(
            written,
            [1, 50, 5_000, 60_000].filter((place) => place < written.length),
          ),
        )
        expect(told.calls).toEqual([{ name: 'save_note', arguments: { path: 'a', body } }])
      }),
      { numRuns: 20 },
    )
  })
})

describe('Text without a call', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '<tool_calls>',
      '<invoke name="sink">',
      '</tool_calls>',
      '<p>',
      '```',
      '`',
      '\n',
      ' ',
      '{',
      '<',
      '<<',
      '[x]',
      '|',
      'DSML',
      '<|',
      '<svg>',
      'function_calls',
      '~~~',
      '<<CALL_',
      '<to',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  )

  it('passes unchanged, wherever it is cut, and never shows what it takes back', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.gen(), (words, pick) => {
        const said = words.join('')
        // A wrapper with something of a call in it is a block, though a broken one.
        fc.pre(!/CALL_[A-Za-z0-9]{8}>>|<tool_calls>\s*(?:[{[]|<invoke)/.test(said))
        const told = tell(cutAt(said, pick(cuts, said.length)), { request: askWith(CASE_TOOLS) })
        expect(told).toMatchObject({ text: said, calls: [], notes: [], faults: [] })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('A soup of markers', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...MARKERS,
      ...[
        '<invoke name="get_tide">',
        '<parameter name="port">',
        'Brest',
        '<tool_call>',
        '</tool_call>',
        '{"name":"ping"}',
      ],
      ...[
        '<tool>',
        '</tool>',
        '<tool:ping>',
        '<tools>',
        '{"tool_calls":[',
        ']}',
        '[function_calls]',
        '[call:ping]',
        '[/call]',
      ],
      ...[
        '[/function_calls]',
        '<<CALL_abcdefgh>>',
        '<|tool▁calls▁begin|>',
        '<|tool▁calls▁end|>',
        '<tool_result id="a">',
      ],
      ...[
        '</tool_result>',
        '</thinking>',
        '<think>',
        '~~~',
        '{',
        '}',
        ' ',
        '<｜DSML｜invoke name="ping">',
        '</｜DSML｜invoke>',
      ],
    ),
    fc.string({ maxLength: 4 }),
  )

  it('gives the same answer wherever it is cut, breaks no rule of streams, and calls declared tools only', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), fc.boolean(), fc.gen(), (pieces, isThinking, pick) => {
        const said = pieces.join('')
        const telling = { options: { wantsThinking: isThinking, exposeReasoning: true } }
        const whole = tell(cutAt(said, []), telling)
        expect(whole.faults).toEqual([])
        for (const { name: called, arguments: given } of whole.calls) {
          expect(CASE_TOOLS.map((tool) => tool.name)).toContain(called)
          if (called === 'get_tide') expect(given).toEqual({ port: expect.any(String) })
        }
        expect(tell(cutAt(said, pick(cuts, said.length)), telling)).toEqual(whole)
        expect(
          tell(
            [...said].map((letter) => ({ kind: 'text' as const, text: letter })),
            telling,
          ),
        ).toEqual(whole)
      }),
      { numRuns: 3000 },
    )
  })

  it('T-139: is only text once it was escaped, whatever it was', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), fc.gen(), (pieces, pick) => {
        const quoted = escapeMarkers(pieces.join(''))
        fc.pre(!/^\s*\{/.test(quoted))
        const told = tell(cutAt(quoted, pick(cuts, quoted.length)), { options: { wantsThinking: true } })
        expect(told).toMatchObject({ text: quoted, calls: [], notes: [], faults: [] })
      }),
      { numRuns: 3000 },
    )
  })
})
