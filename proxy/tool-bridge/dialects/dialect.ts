import type { JsonValue } from '../../chat/json.ts'

/**
 * One way in which models write calls. A dialect says where a block of its own begins, and gives a reader that takes
 * the block piece by piece; the scanner does everything else.
 */
export type Dialect = {
  readonly name: string
  /** The characters that a block may begin with. */
  readonly firsts: string
  /** True where the marker is rare enough to count in the middle of a line. */
  readonly isAnywhere?: true
  /** Looks at `text` from `at` on. `maybe` asks for more text; it is never said of more than a few hundred characters. */
  open(text: string, at: number, context: OpenContext): 'no' | 'maybe' | Opened
}

export type OpenContext = {
  isDeclared(name: string): boolean
  /** Nothing but white space came before. */
  readonly isStart: boolean
  /** The text has ended already: a closing marker inside a JSON string is taken for one. */
  readonly isLast: boolean
}

/** The reader gets the text from `length` characters behind the block's beginning. */
export type Opened = { readonly length: number; readonly reader: BlockReader }

/**
 * Reads one block. `push` says how much it took for good, and whether the block is over there; the rest comes again
 * with more text behind it, and is never long.
 */
export type BlockReader = {
  push(text: string): Taken
  /** What the block said. `rest` is what no `push` took, where the text ended before the block. */
  end(rest: string): BlockReading
}

export type Taken = { readonly taken: number; readonly isOver: boolean }

/** Calls, a block that cannot be read, or text that was none. `leftOver` is what stands behind the block after all. */
export type BlockReading = (
  | { readonly kind: 'calls'; readonly calls: readonly RawCall[] }
  | { readonly kind: 'broken'; readonly problem: string; readonly isCut: boolean }
  | { readonly kind: 'text' }
) & { readonly leftOver?: string }

/** A call as the model wrote it, before anybody asked the tool's schema. */
export type RawCall = { readonly name: string; readonly said: Said }

export type Said =
  | { readonly kind: 'fields'; readonly fields: readonly RawField[] }
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'value'; readonly value: JsonValue }

/** One argument. `isText`: the model marked it as text, so it is none of JSON's other values. */
export type RawField = { readonly name: string; readonly text: string; readonly isText: boolean }

/** How much white space may stand inside an opening marker. */
export const LONGEST_GAP = 64

export function cutShort(): BlockReading {
  return { kind: 'broken', problem: 'the answer ended inside a call', isCut: true }
}

/** Matches a sticky expression at one place. */
export function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at
  return sticky.exec(text)
}

/** The first place from `at` on that is not white space. */
export function skipBlank(text: string, at: number): number {
  return at + (matchAt(/\s*/y, text, at)?.[0].length ?? 0)
}
