import type { JsonValue } from '../chat/json.ts'

const ELEMENT = /\s*<([A-Za-z_][\w.-]{0,63})>/y
const SECTION = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/
const DEEPEST = 16

/**
 * Reads markup as DeepSeek writes structures: repeated `<item>` elements are a list, other elements the fields of an
 * object. Undefined where the text is anything else.
 */
export function readElements(text: string, depth = 0): JsonValue | undefined {
  if (depth > DEEPEST || !text.trimStart().startsWith('<')) return undefined
  const found: { readonly name: string; readonly value: JsonValue }[] = []
  let at = 0
  while (text.slice(at, at + 400).trim() !== '') {
    ELEMENT.lastIndex = at
    const opening = ELEMENT.exec(text)
    const name = opening?.[1]
    if (opening === null || name === undefined) return undefined
    const begin = at + opening[0].length
    const end = text.indexOf(`</${name}>`, begin)
    if (end < 0) return undefined
    found.push({ name, value: readContent(text.slice(begin, end), depth) })
    at = end + name.length + 3
  }
  if (found.length === 0) return undefined
  if (found.every(({ name }) => name === 'item')) return found.map(({ value }) => value)
  return Object.fromEntries(found.map(({ name, value }) => [name, value]))
}

function readContent(content: string, depth: number): JsonValue {
  const section = SECTION.exec(content)?.[1]
  return section ?? readElements(content, depth + 1) ?? content
}
