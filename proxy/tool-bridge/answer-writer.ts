import type { OpaqueCarrier } from '../chat/chat-request.ts'
import { dropAbsent } from '../chat/drop-absent.ts'
import type { FinishReason, StreamPart } from '../chat/stream-part.ts'
import type { AcceptedCall } from './accept-calls.ts'

export type WriterOptions = {
  /** Without this, only the first call is made. */
  readonly isParallel: boolean
  readonly newCallId: () => string
}

type Channel = 'text' | 'thinking'

/**
 * Writes the parts of a filtered answer: keys of its own, one block open at a time, blank beginnings held back until
 * something follows, equal calls made once.
 */
export class AnswerWriter {
  hasCalls = false
  readonly #options: WriterOptions
  #parts: StreamPart[] = []
  #nextKey = 0
  readonly #keys = new Map<number, number>()
  #open: { readonly channel: Channel; readonly key: number } | undefined
  /** White space that nothing has followed yet. */
  #blank: Record<Channel, string[]> = { text: [], thinking: [] }
  readonly #made = new Set<string>()
  #hasSaid = false
  #characters = 0

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** Nothing was said and nothing called: white space says nothing. */
  get isSilent(): boolean {
    return !this.#hasSaid && !this.hasCalls
  }

  /** How much the upstream wrote, in characters. */
  get characters(): number {
    return this.#characters
  }

  countOutput(characters: number): void {
    this.#characters += characters
  }

  take(): readonly StreamPart[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  say(text: string): void {
    this.#hasSaid ||= text.trim() !== ''
    this.#write('text', text)
  }

  think(text: string): void {
    this.#write('thinking', text)
  }

  closeThinking(signature?: OpaqueCarrier): void {
    this.#blank.thinking = []
    if (this.#open?.channel === 'thinking') this.#close(signature)
  }

  makeCalls(calls: readonly AcceptedCall[]): void {
    for (const call of calls) {
      if (this.hasCalls && !this.#options.isParallel) return
      const identity = JSON.stringify([call.namespace ?? null, call.name, call.argumentsText])
      if (this.#made.has(identity)) continue
      this.#made.add(identity)
      this.#makeCall(call)
    }
  }

  #makeCall({ name, namespace, kind, argumentsText }: AcceptedCall): void {
    this.#blank = { text: [], thinking: [] }
    this.#close()
    this.hasCalls = true
    const key = this.#nextKey++
    const id = this.#options.newCallId()
    this.#parts.push(
      dropAbsent({ type: 'tool-call-start' as const, key, id, name, kind, namespace }),
      { type: 'tool-call-delta', key, text: argumentsText },
      { type: 'tool-call-end', key },
    )
  }

  /** Any part that needs no more than a key of this answer. */
  pass(part: StreamPart): void {
    if (!('key' in part)) {
      this.#parts.push(part)
      return
    }
    if (part.type === 'tool-call-start') this.hasCalls = true
    const known = this.#keys.get(part.key) ?? this.#nextKey++
    this.#keys.set(part.key, known)
    this.#parts.push({ ...part, key: known })
  }

  finish(reason: FinishReason, stopSequence: string | undefined): void {
    // An answer of nothing but white space is still the answer.
    if (this.isSilent && this.#blank.text.length > 0)
      this.#write('text', this.#blank.text.splice(0).join(''), true)
    this.#close()
    this.#parts.push(dropAbsent({ type: 'finish' as const, reason, stopSequence }))
  }

  #write(channel: Channel, text: string, isForced = false): void {
    if (text === '') return
    if (this.#open?.channel !== channel) {
      if (text.trim() === '' && !isForced) {
        this.#blank[channel].push(text)
        return
      }
      this.#close()
      const key = this.#nextKey++
      this.#open = { channel, key }
      this.#parts.push({ type: `${channel}-start`, key })
    }
    const { key } = this.#open
    const told = this.#blank[channel].splice(0).join('') + text
    const last = this.#parts.at(-1)
    const isSame = last?.type === 'text-delta' || last?.type === 'thinking-delta'
    // Pieces of one chunk go on as one.
    if (isSame && last.key === key) this.#parts[this.#parts.length - 1] = { ...last, text: last.text + told }
    else this.#parts.push({ type: `${channel}-delta`, key, text: told })
  }

  #close(signature?: OpaqueCarrier): void {
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    if (open.channel === 'text') this.#parts.push({ type: 'text-end', key: open.key })
    else this.#parts.push(dropAbsent({ type: 'thinking-end' as const, key: open.key, signature }))
  }
}
