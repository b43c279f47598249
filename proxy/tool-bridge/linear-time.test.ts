import { describe, expect, it } from 'vitest'
import { ALL_DIALECTS } from './dialects/all-dialects.ts'
import { createMarkupReader } from './dialects/markup-reader.ts'
import { cutAt, type SaidPiece, tell } from './filter.test-support.ts'

const KIB = 1024
const SMALL = 512 * KIB
const LARGE = 2048 * KIB
/** Four times the text may take a little more than four times as long; quadratic work takes sixteen times. */
const MOST = 10

const CODE = 'if (a < b && c[d] > 0) { say("<p>\\n</p>") }\n'
const filled = (size: number) => CODE.repeat(Math.ceil(size / CODE.length)).slice(0, size)
const saving = (value: string) =>
  `<tool_calls>\n<invoke name="save_note">\n<parameter name="path">a</parameter>\n${value}</invoke>\n</tool_calls>`

const SAID: Readonly<Record<string, (size: number) => string>> = {
  'a text in CDATA': (size) => saving(`<parameter name="body"><![CDATA[${filled(size)}]]></parameter>\n`),
  'a bare text': (size) => saving(`<parameter name="body">${filled(size)}</parameter>\n`),
  'a JSON string': (size) =>
    `<tool_call>{"name":"save_note","arguments":${JSON.stringify({ path: 'a', body: filled(size) })}}</tool_call>`,
  'a JSON string with raw line breaks': (size) =>
    `<tool_call>{"name":"save_note","arguments":{"path":"a","body":"${filled(size).replaceAll(/["\\]/g, '')}"}}</tool_call>`,
  'plain text': filled,
  'openers that are none': (size) => '<tool_calls>\n<invoke nam\n'.repeat(size / 25),
  'broken blocks': (size) => '<tool_call>{"a</tool_call>\n'.repeat(size / 26),
  'white space behind an opener': (size) => `<tool_calls>${' '.repeat(size)}`,
  'ends of CDATA that are none': (size) =>
    saving(`<parameter name="body"><![CDATA[${']]> '.repeat(size / 4)}]]></parameter>\n`),
  thoughts: (size) => `<thinking>${filled(size)}</thinking>ok`,
}

function timeOf(pieces: readonly SaidPiece[]): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 2; round++) {
    const begin = performance.now()
    tell(pieces)
    best = Math.min(best, performance.now() - begin)
  }
  return best
}

const inChunks = (text: string, size: number) =>
  cutAt(
    text,
    Array.from({ length: Math.floor((text.length - 1) / size) }, (_, index) => (index + 1) * size),
  )

describe('T-62: time grows with the text', () => {
  it.each(Object.entries(SAID))('for %s, in pieces of 16 characters', { timeout: 120_000 }, (_what, said) => {
    timeOf(inChunks(said(64 * KIB), 16))
    const ratio = timeOf(inChunks(said(LARGE), 16)) / timeOf(inChunks(said(SMALL), 16))

    expect(ratio).toBeLessThan(MOST)
  })

  it.each([64 * KIB, 500 * KIB, LARGE])(
    'a body of %s characters comes whole, and nothing of it is shown',
    (size) => {
      const told = tell(inChunks(SAID['a text in CDATA']?.(size) ?? '', 1000))
      expect([told.text, told.calls, told.faults]).toEqual([
        '',
        [{ name: 'save_note', arguments: { path: 'a', body: filled(size) } }],
        [],
      ])
    },
  )

  it('a reader takes each character for good, but for a few at the end of a piece', () => {
    const reader = createMarkupReader({ isWrapped: true })
    const text = (SAID['a text in CDATA']?.(64 * KIB) ?? '').slice('<tool_calls>\n'.length)
    let looked = 0
    let rest = ''
    for (const { text: piece } of inChunks(text, 7)) {
      const whole = rest + piece
      looked += whole.length
      const { taken } = reader.push(whole)
      rest = whole.slice(taken)
      expect(rest.length).toBeLessThan(300)
    }
    expect(looked / text.length).toBeLessThan(1.5)
  })

  it('every dialect decides about an opener within a few hundred characters', () => {
    const context = { isDeclared: () => true, isStart: true, isLast: false }
    for (const { name, open } of ALL_DIALECTS)
      for (const begin of [
        '<tool_calls>',
        '<tool_calls',
        '<invoke name="',
        '<tool_call>',
        '<tools>',
        '<tool>',
        '<<CALL_aaaaaaaa>>',
        '[function_calls]',
        '{ "tool_calls"',
      ])
        for (const filler of [' ', 'a', '\n'])
          expect([
            name,
            begin,
            open.call({ open } as never, begin + filler.repeat(1000), 0, context) === 'maybe',
          ]).toEqual([name, begin, false])
  })
})
