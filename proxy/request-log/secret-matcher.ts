/** How much of a pattern is in the automaton; the rest is compared when that much was found. */
const PREFIX = 32
const MAX_CELLS = 8_000_000
/** A text that was cut may end in the beginning of a secret: from this many characters on it counts as one. */
const MINIMUM_TAIL = 4

export type Range = { readonly start: number; end: number }

export type SecretMatcher = {
  /** Where the patterns are, merged and in order. `isCut`: the text may end in the middle of one. */
  find(text: string, isCut: boolean): Range[]
}

/** Aho-Corasick over a compressed alphabet: one pass over the text, however many patterns there are. */
export function createSecretMatcher(patterns: readonly string[]): SecretMatcher {
  const distinct = [...new Set(patterns)].filter((pattern) => pattern !== '')
  if (distinct.length === 0) return { find: () => [] }
  const automaton = buildAutomaton(distinct)
  return { find: (text, isCut) => mergeRanges(scan(automaton, distinct, text, isCut)) }
}

type Automaton = {
  readonly classes: Uint16Array
  readonly width: number
  readonly next: Int32Array
  readonly depth: Int32Array
  /** Patterns whose prefix ends in a state, those of its suffixes included. */
  readonly ends: readonly (readonly number[] | undefined)[]
  /** 1 where there are any: to look here costs less. */
  readonly hasEnds: Uint8Array
  readonly prefix: number
}

function buildAutomaton(patterns: readonly string[]): Automaton {
  const { classes, width } = classifyCharacters(patterns)
  const total = (prefix: number) =>
    patterns.reduce((sum, pattern) => sum + Math.min(pattern.length, prefix), 1)
  const prefix = total(PREFIX) * width > MAX_CELLS ? PREFIX / 2 : PREFIX
  const capacity = total(prefix)
  const next = new Int32Array(capacity * width)
  const depth = new Int32Array(capacity)
  const ends: (number[] | undefined)[] = []
  let states = 1
  for (const [index, pattern] of patterns.entries()) {
    let state = 0
    for (let at = 0; at < Math.min(pattern.length, prefix); at += 1) {
      const cell = state * width + (classes[pattern.charCodeAt(at)] ?? 0)
      if (next[cell] === 0) {
        next[cell] = states
        depth[states] = at + 1
        states += 1
      }
      state = next[cell] ?? 0
    }
    ends[state] = [...(ends[state] ?? []), index]
  }
  linkFailures(next, ends, width, states)
  const hasEnds = Uint8Array.from({ length: states }, (_, state) => (ends[state] === undefined ? 0 : 1))
  return { classes, width, next, depth, ends, hasEnds, prefix }
}

/** Characters that no pattern has share class 0, which leads back to the start. */
function classifyCharacters(patterns: readonly string[]): { classes: Uint16Array; width: number } {
  const classes = new Uint16Array(65_536)
  let width = 1
  for (const pattern of patterns) {
    for (let at = 0; at < pattern.length; at += 1) {
      const code = pattern.charCodeAt(at)
      if (classes[code] !== 0) continue
      classes[code] = width
      width += 1
    }
  }
  return { classes, width }
}

/** Breadth first, so that a state's longest proper suffix is finished before the state itself. */
function linkFailures(next: Int32Array, ends: (number[] | undefined)[], width: number, states: number): void {
  const failure = new Int32Array(states)
  const waiting: number[] = [0]
  for (let head = 0; head < waiting.length; head += 1) {
    const state = waiting[head] ?? 0
    const fallback = (failure[state] ?? 0) * width
    for (let kind = 1; kind < width; kind += 1) {
      const cell = state * width + kind
      const child = next[cell] ?? 0
      const elsewhere = state === 0 ? 0 : (next[fallback + kind] ?? 0)
      if (child === 0) {
        next[cell] = elsewhere
        continue
      }
      failure[child] = elsewhere
      ends[child] = joinEnds(ends[child], ends[elsewhere])
      waiting.push(child)
    }
  }
}

/** What ends in a state also ends where that state is a suffix of another. */
function joinEnds(own: number[] | undefined, inherited: number[] | undefined): number[] | undefined {
  return inherited === undefined ? own : [...(own ?? []), ...inherited]
}

function scan(automaton: Automaton, patterns: readonly string[], text: string, isCut: boolean): Range[] {
  const { classes, width, next, ends, hasEnds, depth, prefix } = automaton
  const found: Range[] = []
  let state = 0
  for (let at = 0; at < text.length; at += 1) {
    state = next[state * width + (classes[text.charCodeAt(at)] ?? 0)] ?? 0
    if (hasEnds[state] === 0) continue
    for (const index of ends[state] ?? []) {
      const pattern = patterns[index] ?? ''
      const start = at + 1 - Math.min(pattern.length, prefix)
      const end = endOfMatch(text, pattern, start, isCut)
      if (end !== undefined) found.push({ start, end })
    }
  }
  const tail = depth[state] ?? 0
  if (isCut && tail >= MINIMUM_TAIL) found.push({ start: text.length - tail, end: text.length })
  return found
}

function endOfMatch(text: string, pattern: string, start: number, isCut: boolean): number | undefined {
  if (text.startsWith(pattern, start)) return start + pattern.length
  const isAtTheEnd = isCut && start + pattern.length > text.length
  return isAtTheEnd && pattern.startsWith(text.slice(start)) ? text.length : undefined
}

function mergeRanges(ranges: Range[]): Range[] {
  const merged: Range[] = []
  for (const range of ranges.sort((left, right) => left.start - right.start)) {
    const last = merged.at(-1)
    if (last !== undefined && range.start <= last.end) last.end = Math.max(last.end, range.end)
    else merged.push({ ...range })
  }
  return merged
}
