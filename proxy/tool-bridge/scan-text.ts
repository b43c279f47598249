import { type CodeState, createCodeState } from './code-state.ts'
import { ALL_DIALECTS } from './dialects/all-dialects.ts'
import {
  type BlockReader,
  type BlockReading,
  type Dialect,
  type Opened,
  type RawCall,
  skipBlank,
} from './dialects/dialect.ts'

/** What becomes of a piece of text. `refused`: a block was left out, and why. */
export type Scanned =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly problem: string; readonly isCut: boolean }

export type ScanPorts = {
  isDeclared(name: string): boolean
  /** Takes a block's calls; says why where they are not to be made. */
  makeCalls(calls: readonly RawCall[]): string | undefined
}

/** Where scanning goes on; `isWaiting` where it needs more text from there on. */
type Place = { readonly at: number; readonly isWaiting: boolean }

const INLINE_DIALECTS = ALL_DIALECTS.filter((dialect) => dialect.isAnywhere)
/** Taking a block back at the end of the text leads to one more pass over what stood behind it, never to many. */
const LAST_PASSES = 8

/**
 * Finds calls in a text that arrives in pieces. Text goes through at once but for the longest end that might begin a
 * block; a block is held until it is over. After a block whose calls were made, only another block counts: what else
 * comes is dropped. Every character is looked at a bounded number of times.
 */
export class TextScanner {
  /** How many characters were dropped behind the calls; 0 while another block may follow. */
  dropped = 0
  readonly #ports: ScanPorts
  readonly #code: CodeState = createCodeState()
  #rest = ''
  #out: Scanned[] = []
  #block: { readonly reader: BlockReader; readonly pieces: string[] } | undefined
  #mode: 'text' | 'after' | 'over' = 'text'
  #isStart = true
  #isLast = false

  constructor(ports: ScanPorts) {
    this.#ports = ports
  }

  push(text: string): readonly Scanned[] {
    this.#scan(text)
    return this.#take()
  }

  /** The text has ended. */
  end(): readonly Scanned[] {
    this.#isLast = true
    for (let pass = 0; pass < LAST_PASSES; pass++) {
      if (this.#block === undefined && this.#rest === '') break
      if (this.#block === undefined) this.#scan('')
      else this.#endBlock(this.#block)
    }
    return this.#take()
  }

  #take(): readonly Scanned[] {
    const out = this.#out
    this.#out = []
    return out
  }

  #scan(more: string): void {
    const text = this.#rest + more
    this.#rest = ''
    let at = 0
    while (at < text.length) {
      const place = this.#scanPiece(text, at)
      at = place.at
      if (!place.isWaiting) continue
      this.#rest = text.slice(at)
      return
    }
  }

  #scanPiece(text: string, at: number): Place {
    if (this.#block !== undefined) return this.#scanBlock(text, at)
    if (this.#mode === 'text') return this.#scanOutside(text, at)
    if (this.#mode === 'after') return this.#scanAfter(text, at)
    this.dropped += text.length - at
    return { at: text.length, isWaiting: false }
  }

  #scanBlock(text: string, at: number): Place {
    const block = this.#block
    if (block === undefined) return { at, isWaiting: false }
    const piece = text.slice(at)
    const { taken, isOver } = block.reader.push(piece)
    block.pieces.push(piece.slice(0, taken))
    if (isOver) this.#closeBlock(block.reader.end(''), block.pieces)
    return { at: at + taken, isWaiting: !isOver }
  }

  #endBlock(block: { readonly reader: BlockReader; readonly pieces: string[] }): void {
    const waiting = this.#rest
    block.pieces.push(waiting)
    const reading = block.reader.end(waiting)
    this.#rest = reading.leftOver ?? ''
    this.#closeBlock(reading, block.pieces)
  }

  #closeBlock(reading: BlockReading, pieces: readonly string[]): void {
    this.#block = undefined
    if (reading.kind === 'text') return this.#release(pieces.join(''))
    const problem = reading.kind === 'calls' ? this.#ports.makeCalls(reading.calls) : reading.problem
    if (problem === undefined) {
      this.#mode = 'after'
      return
    }
    this.#out.push({ kind: 'refused', problem, isCut: reading.kind === 'broken' && reading.isCut })
    this.#isStart = false
    this.#code.restartLine()
  }

  /** Takes text up to the next place where a block might begin, and looks whether one does. */
  #scanOutside(text: string, at: number): Place {
    const stop = nextStop(text, at, this.#code)
    this.#release(text.slice(at, stop))
    const first = text[stop]
    if (first === undefined) return { at: stop, isWaiting: false }
    const opened = first === '\n' ? undefined : this.#findOpener(text, stop, this.#dialectsHere())
    if (opened === 'maybe') return { at: stop, isWaiting: true }
    if (opened !== undefined) return this.#openBlock(text, stop, opened)
    this.#release(first)
    return { at: stop + 1, isWaiting: false }
  }

  /** Behind a call: white space, then another block or nothing. */
  #scanAfter(text: string, from: number): Place {
    const at = skipBlank(text, from)
    if (at === text.length) return { at, isWaiting: false }
    const opened = this.#findOpener(text, at, ALL_DIALECTS)
    if (opened === 'maybe') return { at, isWaiting: true }
    if (opened !== undefined) return this.#openBlock(text, at, opened)
    this.#mode = 'over'
    return { at, isWaiting: false }
  }

  #dialectsHere(): readonly Dialect[] {
    if (this.#code.isLineStart) return ALL_DIALECTS
    return this.#code.isInCode ? [] : INLINE_DIALECTS
  }

  #findOpener(text: string, at: number, dialects: readonly Dialect[]): Opened | 'maybe' | undefined {
    const context = {
      isDeclared: this.#ports.isDeclared,
      isStart: this.#isStart,
      isLast: this.#isLast,
    }
    let answer: 'maybe' | undefined
    for (const dialect of dialects) {
      if (!dialect.firsts.includes(text[at] ?? ' ')) continue
      const opened = dialect.open(text, at, context)
      if (typeof opened === 'object') return opened
      if (opened === 'maybe' && !this.#isLast) answer = 'maybe'
    }
    return answer
  }

  #openBlock(text: string, at: number, { reader, length }: Opened): Place {
    this.#block = { reader, pieces: [text.slice(at, at + length)] }
    return { at: at + length, isWaiting: false }
  }

  #release(text: string): void {
    if (text === '') return
    this.#isStart &&= text.trim() === ''
    this.#code.advance(text)
    const last = this.#out.at(-1)
    if (last?.kind === 'text') this.#out[this.#out.length - 1] = { kind: 'text', text: last.text + text }
    else this.#out.push({ kind: 'text', text })
  }
}

/** The next line break, or the next character that may open a block. */
function nextStop(text: string, at: number, { isInFence, isLineStart }: CodeState): number {
  const stops = isInFence ? /\n/g : isLineStart ? /[^ \t]/g : /[\n<]/g
  stops.lastIndex = at
  return stops.exec(text)?.index ?? text.length
}
