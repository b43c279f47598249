import type { Turn } from '../../chat/chat-request.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { NormalisedTools } from '../../chat/normalise-tools.ts'

/** Anthropic takes four cache marks in a request. */
const MOST_MARKS = 4

/** Passes a block's cache mark on, or leaves it out. Must be asked in the order of the prompt. */
export type CacheMarks = (mark: JsonObject | undefined) => JsonObject | undefined

/** Keeps the last four marks, which cover the longest prefixes; none where the upstream has no cache marks. */
export function createCacheMarks(input: {
  readonly tools: NormalisedTools['tools']
  readonly turns: readonly Turn[]
  readonly isKnown: boolean
}): CacheMarks {
  if (!input.isKnown) return () => undefined
  let surplus = countMarks(input) - MOST_MARKS
  return (mark) => {
    if (mark === undefined) return undefined
    return surplus-- > 0 ? undefined : mark
  }
}

function countMarks({ tools, turns }: { tools: NormalisedTools['tools']; turns: readonly Turn[] }): number {
  const parts = turns.flatMap((turn) => turn.parts)
  return [...tools, ...parts].filter(
    (holder) => 'cacheControl' in holder && holder.cacheControl !== undefined,
  ).length
}
