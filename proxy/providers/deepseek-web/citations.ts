import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { pickNumber, pickObject, pickRecords, pickText } from '../../chat/pick-fields.ts'

/** A marker in an answer's text: `[reference:N]` counts from zero, the older `[citation:N]` from one. */
const MARKER = /\[(reference|citation):(\d{1,4})\]/

/** How much text waits behind a marker whose page is not known yet; then it goes as it came. */
const LONGEST_HOLD = 65_536

/**
 * Replaces markers by links as soon as their page is known. What stands behind an unknown one is held back until then
 * or until the end, because results may arrive after the text.
 */
export function createCitationFilter(findUrl: (marker: string, number: number) => string | undefined) {
  let held = ''

  function release(isEnd: boolean): string {
    let out = ''
    for (let found = MARKER.exec(held); found !== null; found = MARKER.exec(held)) {
      const link = linkOf(found)
      if (link === undefined && !isEnd && held.length <= LONGEST_HOLD) return out + keepFrom(found.index)
      out += keepFrom(found.index) + (link ?? found[0])
      held = held.slice(found[0].length)
    }
    const start = isEnd ? -1 : markerStart(held)
    return out + keepFrom(start < 0 ? held.length : start)
  }

  function linkOf([, kind = '', digits = '']: RegExpExecArray): string | undefined {
    const number = Number(digits)
    const url = findUrl(kind, number)
    return url === undefined ? undefined : `[${kind === 'reference' ? number + 1 : number}](${url})`
  }

  function keepFrom(index: number): string {
    const out = held.slice(0, index)
    held = held.slice(index)
    return out
  }

  return {
    push(text: string): void {
      held += text
    },
    /** What may be shown now. */
    take: (isEnd: boolean) => release(isEnd),
    get isHolding() {
      return held !== ''
    },
  }
}

/** Where the end of a text may be the beginning of a marker; -1 where it cannot. */
function markerStart(text: string): number {
  const at = text.lastIndexOf('[')
  const tail = at < 0 ? 'none' : text.slice(at + 1)
  const isStart = ['reference:', 'citation:'].some((word) => word.startsWith(tail))
  return isStart || /^(reference|citation):\d{1,4}$/.test(tail) ? at : -1
}

/** The address that a marker stands for, from what the answer's document holds by now. */
export function findSource(response: JsonObject, kind: string, number: number): string | undefined {
  const fragments = pickRecords(response, 'fragments')
  const results = [
    ...fragments.flatMap((fragment) => pickRecords(fragment, 'results')),
    ...pickRecords(response, 'search_results'),
  ]
  const byIndex = (index: number) =>
    pickText(
      results.find((result) => pickNumber(result, 'cite_index') === index),
      'url',
    )
  if (kind === 'citation') return byIndex(number)
  return openedPage(fragments, number) ?? byIndex(number + 1)
}

/** A reference names the fragment that it comes from: an opened page has one address. */
function openedPage(fragments: readonly JsonObject[], number: number): string | undefined {
  const references = fragments.flatMap((fragment) => pickRecords(fragment, 'references'))
  const id = references[number]?.id
  if (id === undefined) return undefined
  const named = fragments.find((fragment) => fragment.id === id)
  const only = pickRecords(named, 'results')
  const page =
    pickObject(named, 'result') ?? (only.length === 1 && isJsonObject(only[0]) ? only[0] : undefined)
  return pickText(page, 'url')
}
