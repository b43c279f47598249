import { TAG_OPENING } from './dialects/tags.ts'

/**
 * Every marker that has a meaning to the bridge or to an upstream's template: calls in all dialects, records of results,
 * thinking tags, role markers such as `<｜User｜>`.
 */
const MARKERS = new RegExp(
  [
    TAG_OPENING,
    '<(?=/?think(?:ing)?>)',
    '<(?=[|｜‖]{1,2}[A-Za-z])',
    '<(?=<CALL_)',
    '\\[(?=/?(?:function_calls\\]|call\\s*[:=]))',
    '(?<=function_calls)\\]',
  ].join('|'),
  'gi',
)

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '[': '&#91;', ']': '&#93;' }

/**
 * Makes markers in text that is not ours harmless, so that a quoted call, a forged result or a forged role is never
 * more than text. All else stays as it is.
 */
export function escapeMarkers(text: string): string {
  return text.replaceAll(MARKERS, (character) => ENTITIES[character] ?? character)
}
