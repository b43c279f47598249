import type { StreamPart } from '../chat/stream-part.ts'

type TextDelta = Extract<StreamPart, { type: 'text-delta' | 'thinking-delta' | 'refusal-delta' }>

type Shape = {
  readonly type: TextDelta['type']
  readonly key: number
  /** Everything before the text, with its opening quote; everything behind it, from its closing quote on. */
  readonly before: string
  readonly behind: string
}

/**
 * What the frames of a stream have in common. A frame that said one delta of text and nothing else gives the shape; a
 * second one with another text has to confirm it; any other frame ends it. `stream` has one character a byte.
 */
export class DeltaTemplate {
  #shape: Shape | undefined
  #isConfirmed = false

  /** Says whether the frames that match tell thoughts. */
  get isThinking(): boolean {
    return this.#shape?.type === 'thinking-delta'
  }

  /** The offset behind the frame at `at`, if only its text tells it from the frames before; -1 if not. */
  match(stream: string, at: number): number {
    return this.#shape === undefined || !this.#isConfirmed ? -1 : matchFrame(stream, at, this.#shape)
  }

  /** What a frame that matched, from `at` to `end`, says. Undefined where its text is not valid JSON. */
  read(stream: string, at: number, end: number): TextDelta | undefined {
    if (this.#shape === undefined) return undefined
    const { type, key, before, behind } = this.#shape
    const text = decode(stream.slice(at + before.length, end - behind.length))
    return text === undefined ? undefined : { type, key, text }
  }

  /** Told of each frame that was read in full, with what it said: `parts` from `from` on. */
  learn(frame: string, parts: readonly StreamPart[], from: number): void {
    const delta = parts[from]
    // A comment says nothing and changes nothing.
    if (delta === undefined) return
    const found = parts.length === from + 1 && isTextDelta(delta) ? shapeOf(frame, delta) : undefined
    this.#isConfirmed = found !== undefined && this.#shape !== undefined && isSame(found, this.#shape)
    this.#shape = found
  }
}

function isTextDelta(part: StreamPart): part is TextDelta {
  return part.type === 'text-delta' || part.type === 'thinking-delta' || part.type === 'refusal-delta'
}

/** The shape of a frame, where its text stands in it exactly once. */
function shapeOf(frame: string, { type, key, text }: TextDelta): Shape | undefined {
  const written = Buffer.from(JSON.stringify(text)).toString('latin1')
  const at = frame.indexOf(written)
  if (at === -1 || frame.indexOf(written, at + 1) !== -1) return undefined
  return {
    type,
    key,
    before: flat(frame.slice(0, at + 1)),
    behind: flat(frame.slice(at + written.length - 1)),
  }
}

/** A copy of its own: a slice would be looked up in the text that it was cut from, each time. */
function flat(slice: string): string {
  return Buffer.from(slice, 'latin1').toString('latin1')
}

function isSame(one: Shape, other: Shape): boolean {
  return (
    one.before === other.before &&
    one.behind === other.behind &&
    one.type === other.type &&
    one.key === other.key
  )
}

function matchFrame(stream: string, at: number, { before, behind }: Shape): number {
  // Slices are compared several letters at a time, `startsWith` looks at one after the other.
  const from = at + before.length
  if (stream.slice(at, from) !== before) return -1
  let quote = stream.indexOf('"', from)
  while (quote !== -1 && isEscaped(stream, quote)) quote = stream.indexOf('"', quote + 1)
  const end = quote + behind.length
  // An empty text is no delta, and a text does not reach over the end of its line.
  if (quote <= from || stream.slice(quote, end) !== behind || stream.indexOf('\n', from) < quote) return -1
  return end
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

const BACKSLASH = 0x5c
const NOT_PLAIN = /[\\\x80-\xff]/

/** What JSON text between quotes says; undefined where it is not valid. */
function decode(raw: string): string | undefined {
  if (!NOT_PLAIN.test(raw)) return raw
  const written = Buffer.from(raw, 'latin1').toString('utf8')
  if (!written.includes('\\')) return written
  try {
    return JSON.parse(`"${written}"`)
  } catch {
    // Not valid JSON: the frame is read in full, which says so.
    return undefined
  }
}
