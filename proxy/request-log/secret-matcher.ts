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

/**
 * Aho-Corasick over a compressed alphabet, which reads only those parts of a text that may begin a pattern: one pass,
 * however many patterns there are.
 */
export function createSecretMatcher(patterns: readonly string[]): SecretMatcher {
  const distinct = [...new Set(patterns)].filter((pattern) => pattern !== '')
  if (distinct.length === 0) return { find: () => [] }
  const search = {
    patterns: distinct,
    automaton: buildAutomaton(distinct),
    beginnings: markBeginnings(distinct),
  }
  return { find: (text, isCut) => mergeRanges(scan(search, text, isCut)) }
}

type Search = {
  readonly patterns: readonly string[]
  readonly automaton: Automaton
  readonly beginnings: Beginnings
}

/** Three characters are looked at together. */
const GRAM = 3
const LONGEST_STEP = 8
const HASHES = 1 << 15

/**
 * Which three characters stand somewhere at the beginning of a pattern. The beginnings are as long as the shortest
 * pattern, so that looking at every `step`th place of a text meets each pattern in it: most of a text is never read.
 */
type Beginnings = { readonly step: number; readonly isKnown: Uint8Array }

function markBeginnings(patterns: readonly string[]): Beginnings {
  const shortest = Math.min(...patterns.map(({ length }) => length))
  const step = Math.min(LONGEST_STEP, shortest - GRAM + 1)
  const isKnown = new Uint8Array(HASHES)
  // With patterns that are too short for it, everything may be a beginning.
  if (step < 1) return { step: 1, isKnown: isKnown.fill(1) }
  for (const pattern of patterns) for (let at = 0; at < step; at += 1) isKnown[hashAt(pattern, at)] = 1
  return { step, isKnown }
}

function hashAt(text: string, at: number): number {
  const hash = text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 5) ^ (text.charCodeAt(at + 2) << 10)
  return hash & (HASHES - 1)
}

/**
 * The first place that is looked at and has three known characters, or `until`. A pattern that begins at `from` or behind
 * it begins no more than `step - 1` characters before that place.
 */
function findBeginning({ step, isKnown }: Beginnings, text: string, from: number, until: number): number {
  for (let at = from + step - 1; at < until; at += step) if (isKnown[hashAt(text, at)] === 1) return at
  return until
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

function scan(search: Search, text: string, isCut: boolean): Range[] {
  const { automaton, beginnings } = search
  const { classes, width, next, hasEnds, depth, prefix } = automaton
  const found: Range[] = []
  // At its end a text that was cut may have less of a pattern than is looked for.
  const skipsUntil = isCut ? text.length - prefix : text.length
  let state = 0
  let lookedAt = -1
  for (let at = 0; at < text.length; at += 1) {
    if (state === 0 && at > lookedAt) {
      lookedAt = findBeginning(beginnings, text, at, skipsUntil)
      at = Math.max(at, lookedAt - beginnings.step + 1)
      if (at >= text.length) break
    }
    state = next[state * width + (classes[text.charCodeAt(at)] ?? 0)] ?? 0
    if (hasEnds[state] === 1) found.push(...matchesAt(search, state, { text, isCut, end: at + 1 }))
  }
  const tail = depth[state] ?? 0
  if (isCut && tail >= MINIMUM_TAIL) found.push({ start: text.length - tail, end: text.length })
  return found
}

type Place = { readonly text: string; readonly isCut: boolean; readonly end: number }

/** The patterns whose prefix ends in that state and that go on in the text as they should. */
function matchesAt({ automaton, patterns }: Search, state: number, { text, isCut, end }: Place): Range[] {
  const { ends, prefix } = automaton
  return (ends[state] ?? []).flatMap((index) => {
    const pattern = patterns[index] ?? ''
    const start = end - Math.min(pattern.length, prefix)
    const last = endOfMatch(text, pattern, start, isCut)
    return last === undefined ? [] : [{ start, end: last }]
  })
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
