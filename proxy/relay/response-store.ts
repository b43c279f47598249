import { isJsonObject, type JsonObject } from '../chat/json.ts'
import { pickRecords, pickText } from '../chat/pick-fields.ts'
import type { RememberedAnswers } from '../protocols/protocol.ts'

/** Remembers answers for clients that point to them: bounded in bytes and age, the least used going first. */
export type ResponseStore = {
  /**
   * Keeps an answer with the input that led to it, for requests of the same owner. Nothing is kept where the client
   * said `store: false`, or where it went on from an answer that is no longer here.
   */
  keep(exchange: { readonly owner: string; readonly body: JsonObject; readonly response: JsonObject }): void
  /** What requests of an owner may point to. */
  of(owner: string): RememberedAnswers
  /** A whole answer, as it was sent. */
  response(owner: string, id: string): JsonObject | undefined
  readonly bytes: number
}

export type ResponseStoreLimits = {
  readonly maxBytes: number
  readonly maxAgeMs: number
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: () => number
}

type Kept = {
  readonly previous: string | undefined
  readonly input: readonly JsonObject[]
  readonly response: JsonObject
  readonly bytes: number
  readonly keptAt: number
  readonly itemKeys: readonly string[]
}

export function createResponseStore(limits: ResponseStoreLimits): ResponseStore {
  /** In the order of use: the first one is the next to go. */
  const answers = new Map<string, Kept>()
  const items = new Map<string, { readonly answer: string; readonly item: JsonObject }>()
  let bytes = 0
  function drop(key: string): void {
    const kept = answers.get(key)
    if (kept === undefined) return
    answers.delete(key)
    bytes -= kept.bytes
    for (const itemKey of kept.itemKeys) if (items.get(itemKey)?.answer === key) items.delete(itemKey)
  }
  function use(key: string): Kept | undefined {
    const kept = answers.get(key)
    if (kept === undefined) return undefined
    if (limits.monotonic() - kept.keptAt > limits.maxAgeMs) {
      drop(key)
      return undefined
    }
    answers.delete(key)
    answers.set(key, kept)
    return kept
  }
  function historyOf(owner: string, id: string): readonly JsonObject[] | undefined {
    const links: Kept[] = []
    for (let next: string | undefined = id; next !== undefined; ) {
      const kept: Kept | undefined = use(keyOf(owner, next))
      if (kept === undefined || links.includes(kept)) return undefined
      links.push(kept)
      next = kept.previous
    }
    return links.reverse().flatMap(({ input, response }) => [...input, ...pickRecords(response, 'output')])
  }
  function trim(): void {
    const now = limits.monotonic()
    for (const [key, { keptAt }] of answers) {
      if (bytes <= limits.maxBytes && now - keptAt <= limits.maxAgeMs) return
      drop(key)
    }
  }
  return {
    get bytes() {
      return bytes
    },
    keep({ owner, body, response }) {
      const id = pickText(response, 'id')
      const previous = pickText(body, 'previous_response_id')
      if (id === undefined || body.store === false) return
      if (previous !== undefined && !answers.has(keyOf(owner, previous))) return
      const key = keyOf(owner, id)
      const input = inputItems(body, (itemId) => items.get(keyOf(owner, itemId))?.item)
      const size = 2 * (JSON.stringify(input).length + JSON.stringify(response).length)
      drop(key)
      const named = [...input, ...pickRecords(response, 'output')].flatMap((item) => {
        const itemId = pickText(item, 'id')
        return itemId === undefined ? [] : [{ itemKey: keyOf(owner, itemId), item }]
      })
      const itemKeys = named.map(({ itemKey }) => itemKey)
      answers.set(key, { previous, input, response, bytes: size, keptAt: limits.monotonic(), itemKeys })
      for (const { itemKey, item } of named) items.set(itemKey, { answer: key, item })
      bytes += size
      trim()
    },
    of: (owner) => ({
      item(id) {
        const found = items.get(keyOf(owner, id))
        return found === undefined || use(found.answer) === undefined ? undefined : found.item
      },
      history: (id) => historyOf(owner, id),
    }),
    response: (owner, id) => use(keyOf(owner, id))?.response,
  }
}

function keyOf(owner: string, id: string): string {
  return JSON.stringify([owner, id])
}

/** A request's own items, with references put in full: what they point to may be gone sooner than this. */
function inputItems(body: JsonObject, lookup: (id: string) => JsonObject | undefined): readonly JsonObject[] {
  if (typeof body.input === 'string') return [{ type: 'message', role: 'user', content: body.input }]
  if (!Array.isArray(body.input)) return []
  return body.input.filter(isJsonObject).map((item) => {
    if (item.type !== 'item_reference') return item
    return lookup(pickText(item, 'id') ?? '') ?? item
  })
}
