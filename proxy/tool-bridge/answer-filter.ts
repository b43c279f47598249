import { estimateTokens } from '../chat/estimate-tokens.ts'
import type { FinishReason, StreamPart } from '../chat/stream-part.ts'
import { type AcceptedCall, acceptCalls } from './accept-calls.ts'
import { AnswerWriter } from './answer-writer.ts'
import type { DeclaredTools } from './declared-tools.ts'
import type { RawCall } from './dialects/dialect.ts'
import { type Lifted, ThinkingLifter } from './lift-thinking.ts'
import { type Scanned, TextScanner } from './scan-text.ts'

export type FilterOptions = {
  readonly tools: DeclaredTools
  readonly isParallel: boolean
  /** Where thinking tags count: nowhere, where the answer begins with one, at the start of any line. */
  readonly tags: 'none' | 'at-start' | 'anywhere'
  readonly showsTagged: boolean
  readonly showsNative: boolean
  readonly newCallId: () => string
  /** The size of the prompt, for upstreams that report no usage. */
  readonly inputTokens: number
}

/** Turns an answer in words into one with calls and thoughts. `push` takes every part, in order, the last one included. */
export type AnswerFilter = {
  push(part: StreamPart): readonly StreamPart[]
  /** Why blocks that looked like calls were left out, in the order of the answer; their text is not in it. */
  readonly notes: readonly string[]
}

/** How much text behind the calls is let run for the sake of the upstream's own usage report. */
const TAIL_CHARACTERS = 2_000
const MOST_NOTES = 5

export function createAnswerFilter(options: FilterOptions): AnswerFilter {
  const filter = new Filter(options)
  return { push: (part) => filter.push(part), notes: filter.notes }
}

class Filter {
  readonly notes: string[] = []
  readonly #options: FilterOptions
  readonly #writer: AnswerWriter
  readonly #lifter: ThinkingLifter | undefined
  readonly #answer: TextScanner | undefined
  /** The thoughts being read: tools called there count only where the answer says nothing. */
  #thoughts: TextScanner | undefined
  #thoughtCalls: AcceptedCall[] = []
  #wasCut = false
  #hasUsage = false
  #isOver = false

  constructor(options: FilterOptions) {
    this.#options = options
    this.#writer = new AnswerWriter(options)
    if (options.tags !== 'none') this.#lifter = new ThinkingLifter({ isAsked: options.tags === 'anywhere' })
    if (options.tools.all.length > 0)
      this.#answer = this.#createScanner((calls) => this.#writer.makeCalls(calls))
  }

  push(part: StreamPart): readonly StreamPart[] {
    if (!this.#isOver) this.#take(part)
    return this.#writer.take()
  }

  #createScanner(made: (calls: readonly AcceptedCall[]) => void): TextScanner {
    const { tools } = this.#options
    return new TextScanner({
      isDeclared: (name) => tools.find(name) !== undefined,
      makeCalls(raw: readonly RawCall[]) {
        const accepted = acceptCalls(raw, tools)
        if ('problem' in accepted) return accepted.problem
        made(accepted.calls)
        return undefined
      },
    })
  }

  #take(part: StreamPart): void {
    switch (part.type) {
      case 'text-start':
      case 'text-end':
        // The answer's text is one text, however many blocks the upstream makes of it.
        return
      case 'text-delta':
        this.#takeText(part.text)
        return
      case 'thinking-start':
        return this.#openThoughts()
      case 'thinking-delta':
        this.#writer.countOutput(part.text.length)
        return this.#takeThought(part.text, this.#options.showsNative)
      case 'thinking-end':
        this.#closeThoughts(this.#options.showsNative)
        return this.#writer.closeThinking(part.signature)
      case 'usage':
        this.#hasUsage ||= part.usage.outputTokens !== undefined
        return this.#writer.pass(part)
      case 'finish':
        return this.#finish(part.reason, part.stopSequence)
      case 'error':
        // What is held stays unsaid: an attempt that has shown nothing can be repeated.
        this.#isOver = true
        return this.#writer.pass(part)
      case 'redacted-thinking':
        if (this.#options.showsNative) this.#writer.pass(part)
        return
      default:
        return this.#writer.pass(part)
    }
  }

  #takeText(text: string): void {
    this.#writer.countOutput(text.length)
    this.#takeLifted(this.#lifter?.push(text) ?? [{ kind: 'text', text }])
    // A model that goes on behind its calls makes up their results: nobody waits for that.
    if ((this.#answer?.dropped ?? 0) > TAIL_CHARACTERS) this.#finish('tool-calls')
  }

  #takeLifted(pieces: readonly Lifted[]): void {
    for (const piece of pieces) {
      if (piece.kind === 'thinking') this.#takeThought(piece.text, this.#options.showsTagged)
      else if (piece.kind === 'thinking-end') {
        this.#closeThoughts(this.#options.showsTagged)
        this.#writer.closeThinking()
      } else this.#takeScanned(this.#answer?.push(piece.text) ?? [{ kind: 'text', text: piece.text }])
    }
  }

  #takeThought(text: string, isShown: boolean): void {
    if (this.#thoughts === undefined) this.#openThoughts()
    this.#writeThoughts(this.#thoughts?.push(text) ?? [{ kind: 'text', text }], isShown)
  }

  #openThoughts(): void {
    if (this.#options.tools.all.length === 0 || this.#thoughts !== undefined) return
    this.#thoughts = this.#createScanner((calls) => this.#thoughtCalls.push(...calls))
  }

  #closeThoughts(isShown: boolean): void {
    this.#writeThoughts(this.#thoughts?.end() ?? [], isShown)
    this.#thoughts = undefined
  }

  #writeThoughts(pieces: readonly Scanned[], isShown: boolean): void {
    for (const piece of pieces) if (piece.kind === 'text' && isShown) this.#writer.think(piece.text)
  }

  #takeScanned(pieces: readonly Scanned[]): void {
    for (const piece of pieces) {
      if (piece.kind === 'text') this.#writer.say(piece.text)
      else this.#note(piece.problem, piece.isCut)
    }
  }

  #note(problem: string, isCut: boolean): void {
    this.#wasCut ||= isCut
    if (this.notes.length < MOST_NOTES) this.notes.push(problem)
  }

  #endText(): void {
    this.#takeLifted(this.#lifter?.end() ?? [])
    this.#takeScanned(this.#answer?.end() ?? [])
    this.#closeThoughts(this.#lifter === undefined ? this.#options.showsNative : this.#options.showsTagged)
  }

  #finish(said: FinishReason, stopSequence?: string): void {
    this.#isOver = true
    this.#endText()
    const { isSilent } = this.#writer
    if (isSilent && this.#thoughtCalls.length > 0) this.#writer.makeCalls(this.#thoughtCalls)
    const { characters } = this.#writer
    if (!this.#hasUsage)
      this.#writer.pass({
        type: 'usage',
        usage: {
          inputTokens: this.#options.inputTokens,
          outputTokens: estimateTokens(characters),
          estimated: true,
        },
      })
    this.#writer.finish(this.#reason(said), stopSequence)
  }

  /** Calls that were made are whole, whatever cut the text behind them; a call that was cut off is the answer's end. */
  #reason(said: FinishReason): FinishReason {
    if (this.#writer.hasCalls) return 'tool-calls'
    if (this.#wasCut) return 'length'
    return said === 'tool-calls' ? 'stop' : said
  }
}
