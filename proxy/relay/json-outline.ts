import { asBuffer } from '../as-buffer.ts'
import { LONG_STRING, type Span } from './scan-json.ts'

/**
 * A JSON text with its long strings cut out, taken piece by piece as the bytes come. It has the same shape as the whole
 * and is read in its place where only the shape matters: the tokens of an answer of a megabyte cost as little as those
 * of a short one.
 */
export type JsonOutline = {
  push(bytes: Uint8Array): void
  /** The outline; undefined where it would be hardly shorter than the text, or the text ended within a string. */
  text(): string | undefined
}

/** Shorter texts, in bytes, are parsed faster than outlined. */
export const OUTLINED_BYTES = 16_384

/** What a long string begins with is kept where no letter can be cut in two by it; else this stands in its place. */
export const CUT_OUT = '~'

const KEPT_OF_LONG = 64
const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/
/** An outline of more than this is not worth its making. */
const MOST_CHARACTERS = 65_536
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The outline of a text that is here as a whole and was scanned; undefined where it would be hardly shorter. */
export function outlineOf(bytes: Buffer, longStrings: readonly Span[]): string | undefined {
  let kept = ''
  let from = 0
  for (const { start, end } of longStrings) {
    kept += bytes.toString('latin1', from, start)
    kept += beginningOf(bytes.toString('latin1', start, start + KEPT_OF_LONG))
    from = end
    if (kept.length > MOST_CHARACTERS) return undefined
  }
  if (kept.length + bytes.length - from > MOST_CHARACTERS) return undefined
  return readUtf8(kept + bytes.toString('latin1', from))
}

export function createJsonOutline(): JsonOutline {
  return new Outline()
}

class Outline implements JsonOutline {
  #kept: string[] = []
  #characters = 0
  #isInString = false
  /** Of the string under way: its first bytes, and its length so far. */
  #head = ''
  #length = 0
  /** The bytes so far end with an odd number of backslashes: the next one is escaped. */
  #isEscaping = false

  push(bytes: Uint8Array): void {
    const chunk = asBuffer(bytes)
    for (let at = 0; at < chunk.length && this.#characters <= MOST_CHARACTERS; )
      at = this.#isInString ? this.#readString(chunk, at) : this.#readOutside(chunk, at)
  }

  text(): string | undefined {
    if (this.#isInString || this.#characters > MOST_CHARACTERS) return undefined
    return readUtf8(this.#kept.join(''))
  }

  #keep(text: string): void {
    this.#kept.push(text)
    this.#characters += text.length
  }

  #readOutside(chunk: Buffer, at: number): number {
    const quote = chunk.indexOf(QUOTE, at)
    const end = quote === -1 ? chunk.length : quote + 1
    this.#keep(chunk.toString('latin1', at, end))
    this.#isInString = quote !== -1
    this.#head = ''
    this.#length = 0
    this.#isEscaping = false
    return end
  }

  #readString(chunk: Buffer, at: number): number {
    const from = at
    for (;;) {
      const quote = chunk.indexOf(QUOTE, at)
      const end = quote === -1 ? chunk.length : quote
      this.#countBackslashes(chunk, at, end)
      if (quote === -1 || !this.#isEscaping) {
        this.#grow(chunk, from, end)
        return quote === -1 ? end : this.#endString(quote)
      }
      this.#isEscaping = false
      at = quote + 1
    }
  }

  #endString(quote: number): number {
    this.#keep(this.#length > LONG_STRING ? `${beginningOf(this.#head)}"` : `${this.#head}"`)
    this.#isInString = false
    return quote + 1
  }

  #grow(chunk: Buffer, from: number, end: number): void {
    const room = LONG_STRING - this.#head.length
    if (room > 0) this.#head += chunk.toString('latin1', from, Math.min(end, from + room))
    this.#length += end - from
  }

  /** Looks at what stands right before `end`; what stood before `from` counts where there is nothing else. */
  #countBackslashes(chunk: Buffer, from: number, end: number): void {
    let at = end
    while (at > from && chunk[at - 1] === BACKSLASH) at--
    const isOdd = (end - at) % 2 === 1
    this.#isEscaping = at === from ? isOdd !== this.#isEscaping : isOdd
  }
}

/** The text that these bytes, one in each character, are in UTF-8. */
function readUtf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function beginningOf(head: string): string {
  const beginning = head.slice(0, KEPT_OF_LONG)
  return PLAIN.test(beginning) ? beginning : CUT_OUT
}
