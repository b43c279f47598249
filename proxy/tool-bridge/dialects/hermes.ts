import { type Dialect, LONGEST_GAP, type OpenContext, skipBlank } from './dialect.ts'
import { createJsonElementReader } from './json-element.ts'
import { attribute, readTag, type Tag } from './tags.ts'

/** Hermes and Qwen: `<tool_call>{"name":…,"arguments":{…}}</tool_call>`, sometimes inside `<tools>`. */
export const hermesDialect: Dialect = {
  name: 'hermes',
  firsts: '<',
  open(text, at, context) {
    const tag = readTag(text, at)
    if (typeof tag === 'string') return tag === 'maybe' ? 'maybe' : 'no'
    if (tag.isClosing || (tag.word !== 'tool_call' && tag.word !== 'tools')) return 'no'
    const inner = skipBlank(text, at + tag.length)
    if (inner - at > tag.length + LONGEST_GAP) return 'no'
    if (inner === text.length) return 'maybe'
    if (tag.word === 'tool_call') return openCall(text, { at, inner, tag }, context)
    const opened = openInner(text, inner, context)
    return typeof opened === 'string' ? opened : { ...opened, length: inner - at + opened.length }
  },
}

/** The `<tool_call>` inside a `<tools>`. */
function openInner(text: string, at: number, context: OpenContext): ReturnType<Dialect['open']> {
  const tag = readTag(text, at)
  if (typeof tag === 'string') return tag === 'maybe' ? 'maybe' : 'no'
  return tag.word === 'tool_call' ? hermesDialect.open(text, at, context) : 'no'
}

type Place = { readonly at: number; readonly inner: number; readonly tag: Tag }

function openCall(
  text: string,
  { at, inner, tag }: Place,
  { isDeclared, isLast }: OpenContext,
): ReturnType<Dialect['open']> {
  const name = attribute(tag.attributes, 'name')
  if (name !== undefined && !isDeclared(name)) return 'no'
  if (!/[{["]/.test(text[inner] ?? '')) return 'no'
  const reader = createJsonElementReader(['tool_call'], {
    ...(name === undefined ? {} : { name }),
    ignoresStrings: isLast,
  })
  return { length: inner - at, reader }
}
