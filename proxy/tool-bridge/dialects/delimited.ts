import { type BlockReader, type BlockReading, cutShort, type Taken } from './dialect.ts'

export type Delimited = {
  /** The character that a closing marker begins with. */
  readonly first: '<' | '['
  /** The length of the closing marker at `at`; `maybe` where the text ends before it is clear. */
  readonly close: (text: string, at: number) => number | 'maybe' | 'no'
  /** Reads what stands between the markers. */
  readonly read: (inner: string) => BlockReading
  /** Markers inside JSON strings count too. */
  readonly ignoresStrings: boolean
  /** What a block without its closing marker says, where that may be read at all. */
  readonly readUnclosed?: (inner: string) => BlockReading
}

/**
 * Reads a block up to its closing marker. A marker inside a JSON string is content; where the quotes are so broken that
 * no other marker follows, the first such marker is taken once the text has ended.
 */
export function createDelimitedReader(delimited: Delimited): BlockReader {
  return new DelimitedReader(delimited)
}

/** Where reading goes on: further in the text, behind the block, or here with more text. */
type Step = { readonly at: number; readonly is: 'inside' | 'over' | 'waiting' }

class DelimitedReader implements BlockReader {
  readonly #delimited: Delimited
  readonly #pieces: string[] = []
  readonly #stops: RegExp
  #length = 0
  #isInString = false
  #isEscaped = false
  #isOver = false
  /** The first closing marker that stood in a string. */
  #inString: { readonly begin: number; readonly end: number } | undefined

  constructor(delimited: Delimited) {
    this.#delimited = delimited
    this.#stops = delimited.first === '[' ? /["\\[]/g : /["\\<]/g
  }

  push(text: string): Taken {
    let at = this.#isEscaped && text !== '' ? 1 : 0
    if (at > 0) this.#isEscaped = false
    for (;;) {
      this.#stops.lastIndex = at
      const found = this.#stops.exec(text)
      if (found === null) break
      const step = this.#step(text, found.index)
      at = step.at
      if (step.is === 'inside') continue
      this.#take(text.slice(0, found.index))
      this.#isOver = step.is === 'over'
      return { taken: at, isOver: this.#isOver }
    }
    this.#take(text)
    return { taken: text.length, isOver: false }
  }

  end(rest: string): BlockReading {
    const { read, readUnclosed } = this.#delimited
    const inner = this.#pieces.join('')
    if (this.#isOver) return read(inner)
    const whole = inner + rest
    const early = this.#inString
    if (early !== undefined) return { ...read(whole.slice(0, early.begin)), leftOver: whole.slice(early.end) }
    return readUnclosed?.(whole) ?? cutShort()
  }

  #step(text: string, at: number): Step {
    if (text[at] === '"') {
      this.#isInString = !this.#isInString
      return { at: at + 1, is: 'inside' }
    }
    if (text[at] === '\\') {
      this.#isEscaped = this.#isInString && at + 1 === text.length
      return { at: this.#isInString ? at + 2 : at + 1, is: 'inside' }
    }
    const length = this.#delimited.close(text, at)
    if (length === 'maybe') return { at, is: 'waiting' }
    if (length === 'no') return { at: at + 1, is: 'inside' }
    if (!this.#isInString || this.#delimited.ignoresStrings) return { at: at + length, is: 'over' }
    const begin = this.#length + at
    this.#inString ??= { begin, end: begin + length }
    return { at: at + 1, is: 'inside' }
  }

  #take(text: string): void {
    this.#pieces.push(text)
    this.#length += text.length
  }
}
