import { readJsonCalls } from '../read-json-calls.ts'
import { createDelimitedReader } from './delimited.ts'
import { type BlockReading, type Dialect, LONGEST_GAP, type OpenContext, skipBlank } from './dialect.ts'
import { closeTag, createJsonElementReader } from './json-element.ts'
import { attribute, readTag, type Tag } from './tags.ts'

/** `<tool>` in its many forms: `<tool:NAME>`, a name in an attribute, doubled, with children `<name>` and `<arguments>`. */
export const toolElementDialect: Dialect = {
  name: 'tool-element',
  firsts: '<',
  open(text, at, context) {
    const tag = readTag(text, at)
    if (typeof tag === 'string') return tag === 'maybe' ? 'maybe' : 'no'
    if (tag.isClosing || tag.word !== 'tool') return 'no'
    const inner = skipBlank(text, at + tag.length)
    const length = inner - at
    if (length > tag.length + LONGEST_GAP) return 'no'
    const name = nameOf(tag)
    const ignoresStrings = context.isLast
    if (name !== undefined) {
      if (!context.isDeclared(name)) return 'no'
      return { length: tag.length, reader: createJsonElementReader(['tool'], { name, ignoresStrings }) }
    }
    if (inner === text.length) return 'maybe'
    if (text[inner] === '{') return { length, reader: createJsonElementReader(['tool'], { ignoresStrings }) }
    const second = readTag(text, inner)
    if (second === 'maybe') return 'maybe'
    if (second !== 'none' && second.word === 'tool' && !second.isClosing)
      return {
        length: inner + second.length - at,
        reader: createJsonElementReader(['tool'], { ignoresStrings }),
      }
    return openChildren(text, { inner, length }, context)
  },
}

function nameOf(tag: Tag): string | undefined {
  if (tag.attributes.startsWith(':')) return tag.attributes.slice(1).trim()
  return attribute(tag.attributes, 'name') ?? attribute(tag.attributes, 'id')
}

const NAME = '<name>'

function openChildren(
  text: string,
  { inner, length }: { inner: number; length: number },
  context: OpenContext,
): ReturnType<Dialect['open']> {
  if (!text.startsWith(NAME, inner))
    return NAME.startsWith(text.slice(inner, inner + NAME.length)) ? 'maybe' : 'no'
  const reader = createDelimitedReader({
    first: '<',
    close: (piece, at) => closeTag(piece, at, ['tool']),
    read: readChildren,
    ignoresStrings: context.isLast,
  })
  return { length, reader }
}

function readChildren(inner: string): BlockReading {
  const name = /<name>([^<]{1,128})<\/name>/.exec(inner)?.[1]?.trim()
  const begin = inner.indexOf('<arguments>')
  const end = inner.lastIndexOf('</arguments>')
  if (name === undefined) return readJsonCalls(inner)
  const text = begin < 0 || end < begin ? '' : inner.slice(begin + '<arguments>'.length, end)
  return { kind: 'calls', calls: [{ name, said: { kind: 'json', text } }] }
}
