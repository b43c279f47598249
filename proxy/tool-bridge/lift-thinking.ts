import { type CodeState, createCodeState } from './code-state.ts'
import { matchAt, skipBlank } from './dialects/dialect.ts'

/** A piece of an answer whose thoughts stand between tags. `thinking-end` says that the thoughts so far are over. */
export type Lifted =
  | { readonly kind: 'text' | 'thinking'; readonly text: string }
  | { readonly kind: 'thinking-end' }

const OPENER = /<think(?:ing)?>/iy
const CLOSER = /<\/think(?:ing)?>/iy
const BEGINNING = /<\/?(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?$/iy

/** Thoughts that were never closed end at a first blank line, if what stands before it is as short as this. */
const FEW_LINES = 6
const FEW_WORDS = 140

/**
 * Parts `<thinking>…</thinking>` (or `<think>`) from the answer around it, as it arrives in pieces. Where thoughts were
 * asked for, an opening tag counts at the start of every line outside code; otherwise only where the answer begins with it.
 */
export class ThinkingLifter {
  readonly #isAsked: boolean
  readonly #code: CodeState = createCodeState()
  #mode: 'text' | 'thinking' | 'behind' = 'text'
  #isStart = true
  #isLast = false
  #rest = ''
  #out: Lifted[] = []
  /** What was thought since the last opening tag, in case its closing tag never comes. */
  #thoughts: string[] = []

  constructor({ isAsked }: { readonly isAsked: boolean }) {
    this.#isAsked = isAsked
  }

  push(text: string): readonly Lifted[] {
    this.#scan(text)
    return this.#take()
  }

  /** The answer has ended. Thoughts without an end are thoughts, but for an answer that may follow a blank line. */
  end(): readonly Lifted[] {
    this.#isLast = true
    this.#scan('')
    if (this.#mode === 'thinking') {
      this.#out.push({ kind: 'thinking-end' })
      const answer = answerBehind(this.#thoughts.join(''))
      if (answer !== '') this.#out.push({ kind: 'text', text: answer })
    }
    return this.#take()
  }

  #take(): readonly Lifted[] {
    const out = this.#out
    this.#out = []
    return out
  }

  #scan(more: string): void {
    const text = this.#rest + more
    this.#rest = ''
    let at = 0
    while (at < text.length) {
      const next = this.#mode === 'thinking' ? this.#stepThinking(text, at) : this.#stepText(text, at)
      if (next === undefined) return
      at = next
    }
  }

  /** Gives where to go on; undefined where the rest waits. */
  #stepText(text: string, from: number): number | undefined {
    const at = this.#mode === 'behind' ? skipBlank(text, from) : from
    if (at === text.length) return at
    if (this.#mode === 'behind') {
      this.#mode = 'text'
      this.#code.restartLine()
    }
    const next = text.indexOf('<', at)
    this.#give(text.slice(at, next < 0 ? text.length : next))
    if (next < 0) return text.length
    const mayOpen = this.#isAsked ? this.#code.isLineStart : this.#isStart
    const mayClose = this.#isAsked && !this.#code.isInCode
    if ((mayOpen || mayClose) && !this.#isLast && matchAt(BEGINNING, text, next) !== null) {
      this.#rest = text.slice(next)
      return undefined
    }
    const opener = mayOpen ? matchAt(OPENER, text, next) : null
    if (opener !== null) {
      this.#mode = 'thinking'
      this.#thoughts = []
      return next + opener[0].length
    }
    // A closing tag without its opening one is never text of the answer.
    const closer = mayClose ? matchAt(CLOSER, text, next) : null
    if (closer !== null) {
      this.#mode = 'behind'
      return next + closer[0].length
    }
    this.#give('<')
    return next + 1
  }

  #stepThinking(text: string, at: number): number | undefined {
    const next = text.indexOf('<', at)
    this.#think(text.slice(at, next < 0 ? text.length : next))
    if (next < 0) return text.length
    if (!this.#isLast && matchAt(BEGINNING, text, next) !== null) {
      this.#rest = text.slice(next)
      return undefined
    }
    const closer = matchAt(CLOSER, text, next)
    if (closer === null) {
      this.#think('<')
      return next + 1
    }
    this.#out.push({ kind: 'thinking-end' })
    this.#mode = 'behind'
    this.#isStart = false
    this.#thoughts = []
    return next + closer[0].length
  }

  #give(text: string): void {
    if (text === '') return
    this.#isStart &&= text.trim() === ''
    this.#code.advance(text)
    this.#out.push({ kind: 'text', text })
  }

  #think(text: string): void {
    if (text === '') return
    this.#thoughts.push(text)
    this.#out.push({ kind: 'thinking', text })
  }
}

/** What stands behind the first blank line, where so little stands before it that it may have been all the thinking. */
function answerBehind(thoughts: string): string {
  const trimmed = thoughts.trimStart()
  const gap = /\n[ \t]*\n/.exec(trimmed)
  if (gap === null) return ''
  const before = trimmed.slice(0, gap.index)
  const isShort = before.split('\n').length <= FEW_LINES && before.split(/\s+/).length <= FEW_WORDS
  return isShort ? trimmed.slice(gap.index + gap[0].length).trimStart() : ''
}
