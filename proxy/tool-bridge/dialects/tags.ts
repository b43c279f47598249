import { matchAt } from './dialect.ts'

/** A tag that one of the dialects knows. `attributes` is what stands between its word and its end. */
export type Tag = {
  readonly word: string
  readonly isClosing: boolean
  readonly isSelfClosing: boolean
  readonly attributes: string
  readonly length: number
}

const WORDS = [
  'tool_calls',
  'function_calls',
  'tool_call',
  'tool_results',
  'tool_result',
  'tools',
  'tool',
  'invoke',
  'parameter',
]
const NAMESPACES = ['dsml', 'chat2api', 'qcml']
const LONGEST_TAG = 300

/** Bars as models write them: ASCII, full-width, double; and the words that DeepSeek's and other templates put first. */
const BARS = '[|｜‖]{0,2}'
const NAMESPACE = `(?:${BARS} ?(?:${NAMESPACES.join('|')}) ?${BARS} ?|[|｜‖]{1,2} ?|antml:)?`
const HEAD = new RegExp(`<(/?)${NAMESPACE}(${WORDS.join('|')})(?![\\w▁-])`, 'iy')
const REST = new RegExp(`([^<>]*?) ?${BARS}>`, 'y')

/** The same openings for looking through a whole text: where a call, or what looks like one, might begin. */
export const TAG_OPENING = `<(?=/?${NAMESPACE}(?:${WORDS.filter((word) => word !== 'parameter').join('|')})(?![\\w▁-]))`

/** Reads the tag at `at`. `maybe`: the text ends before it is clear. */
export function readTag(text: string, at: number): Tag | 'maybe' | 'none' {
  if (text[at] !== '<') return 'none'
  const head = matchAt(HEAD, text, at)
  if (head === null) return couldBegin(text, at) ? 'maybe' : 'none'
  const [opening, slash, word = ''] = head
  const rest = matchAt(REST, text, at + opening.length)
  if (rest === null) return isOpenEnded(text, at, opening.length) ? 'maybe' : 'none'
  const attributes = rest[1] ?? ''
  const isSelfClosing = attributes.endsWith('/')
  return {
    word: word.toLowerCase(),
    isClosing: slash === '/',
    isSelfClosing,
    attributes: isSelfClosing ? attributes.slice(0, -1) : attributes,
    length: opening.length + rest[0].length,
  }
}

function isOpenEnded(text: string, at: number, headLength: number): boolean {
  return text.length - at <= LONGEST_TAG && !/[<>]/.test(text.slice(at + headLength))
}

function couldBegin(text: string, at: number): boolean {
  if (text.length - at > 40) return false
  let tail = text
    .slice(at + 1)
    .toLowerCase()
    .replace(/^\//, '')
  const bars = /^[|｜‖]{1,2} ?/.exec(tail)?.[0] ?? ''
  tail = tail.slice(bars.length)
  if ([...WORDS, ...NAMESPACES, 'antml:'].some((word) => word.startsWith(tail))) return true
  const namespace = [...NAMESPACES, 'antml:'].find((word) => tail.startsWith(word))
  if (namespace === undefined) return false
  tail = tail.slice(namespace.length).replace(/^ ?[|｜‖]{0,2} ?/, '')
  return WORDS.some((word) => word.startsWith(tail))
}

/** The value of a tag's attribute, its entities decoded. */
export function attribute(attributes: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`).exec(attributes)
  const value = found?.[1] ?? found?.[2] ?? found?.[3]
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

const TOKEN = /<[|｜‖]{1,2}(tool[▁_ ][a-z▁_ ]{2,30}?)[|｜‖]{1,2}>/iy
const TOKEN_BEGINNING = /<(?:[|｜‖]{1,2}(?:t|to|too|tool|tool[▁_ ][a-z▁_ ]{0,30})?[|｜‖]{0,2})?$/iy

/** A template's token such as `<｜tool▁calls▁begin｜>`, as `tool_calls_begin`: models mix up its bars and joints. */
export function readToken(
  text: string,
  at: number,
): { readonly name: string; readonly length: number } | 'maybe' | 'none' {
  const found = matchAt(TOKEN, text, at)
  if (found === null) return matchAt(TOKEN_BEGINNING, text, at) === null ? 'none' : 'maybe'
  return { name: (found[1] ?? '').toLowerCase().replaceAll(/[▁ ]/g, '_'), length: found[0].length }
}

const TAIL_TAGS = /(?:\s*<\/[^<>]{1,40}>){1,3}\s*$/g
const LONGEST_TAIL = 200

/** The closing tags that a text ends with, up to three of them. */
export function lastTags(text: string): string | undefined {
  return matchAt(TAIL_TAGS, text, Math.max(0, text.length - LONGEST_TAIL))?.[0]
}
