import { type Dialect, LONGEST_GAP, type OpenContext, type Opened, skipBlank } from './dialect.ts'
import { createJsonElementReader } from './json-element.ts'
import { createMarkupReader } from './markup-reader.ts'
import { attribute, readTag, type Tag } from './tags.ts'

/**
 * The form that Portside asks for, and its kin: `<tool_calls>` with `<invoke>` and `<parameter>`, DeepSeek's DSML in all
 * spellings, and an `<invoke>` without a wrapper where its name is declared.
 */
export const markupDialect: Dialect = {
  name: 'markup',
  firsts: '<',
  open(text, at, context) {
    const tag = readTag(text, at)
    if (typeof tag === 'string') return tag === 'maybe' ? 'maybe' : 'no'
    if (tag.isClosing) return 'no'
    if (tag.word === 'invoke') return openInvoke(tag, context)
    if (tag.word !== 'tool_calls' && tag.word !== 'function_calls') return 'no'
    return openWrapper(text, at, { tag, isLast: context.isLast })
  },
}

function openInvoke(tag: Tag, context: OpenContext): 'no' | Opened {
  const name = attribute(tag.attributes, 'name')
  if (name === undefined || !context.isDeclared(name)) return 'no'
  return { length: 0, reader: createMarkupReader({ isWrapped: false }) }
}

/** A wrapper counts where a call follows: prose that only names the tag goes on as text. */
function openWrapper(
  text: string,
  at: number,
  { tag, isLast }: { tag: Tag; isLast: boolean },
): 'no' | 'maybe' | Opened {
  const inner = skipBlank(text, at + tag.length)
  const length = inner - at
  if (length > tag.length + LONGEST_GAP) return 'no'
  if (inner === text.length) return 'maybe'
  if (text[inner] === '{' || text[inner] === '[')
    return { length, reader: createJsonElementReader([tag.word], { ignoresStrings: isLast }) }
  const first = readTag(text, inner)
  if (first === 'maybe') return 'maybe'
  if (first === 'none' || first.word !== 'invoke' || first.isClosing) return 'no'
  return { length, reader: createMarkupReader({ isWrapped: true }) }
}
