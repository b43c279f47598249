import { describe, expect, test } from 'vitest'
import { printable, printableBody } from './printable.ts'

describe('printable', () => {
  test('leaves ordinary text of any script alone', () => {
    const text = 'deepseek-chat · 模型 · نموذج · 🚢 é'
    expect(printable(text)).toBe(text)
  })

  test('shows direction overrides, controls and invisible marks by their code point', () => {
    expect(printable('gpt-\u202e4o\u2066')).toBe('gpt-\\u{202e}4o\\u{2066}')
    expect(printable('a\u001b[31mb\u0000c\nd')).toBe('a\\u{1b}[31mb\\u{0}c\\u{a}d')
    expect(printable('zero\u200bwidth\ufeff \u{e0041}')).toBe('zero\\u{200b}width\\u{feff} \\u{e0041}')
  })

  test('shows half a surrogate pair instead of passing it on', () => {
    expect(printable('x\ud83dy')).toBe('x\\u{d83d}y')
  })
})

test('a body keeps its lines and tabs, and nothing else that is invisible', () => {
  expect(printableBody('{\r\n\t"a": "\u202e"\n}')).toBe('{\n\t"a": "\\u{202e}"\n}')
})
