import type { AnswerBuilder, TextKind } from '../../chat/answer-builder.ts'
import type { TextPiece } from './read-delta.ts'

/** Puts pieces of text into blocks: a piece of another kind closes the open block before it begins its own. */
export class TextReader {
  readonly #builder: AnswerBuilder
  #open: { readonly kind: TextKind; readonly key: number } | undefined
  #hasText = false
  #hasRefusal = false

  constructor(builder: AnswerBuilder) {
    this.#builder = builder
  }

  push({ kind, text }: TextPiece): void {
    let open = this.#open
    if (open?.kind !== kind) {
      this.close()
      open = { kind, key: this.#builder.openText(kind) }
      this.#open = open
    }
    this.#hasText ||= kind === 'text'
    this.#hasRefusal ||= kind === 'refusal'
    this.#builder.text(kind, open.key, text)
  }

  close(): void {
    if (this.#open !== undefined) this.#builder.closeText(this.#open.kind, this.#open.key)
    this.#open = undefined
  }

  /** Whether the answer is a refusal and nothing else. */
  get isRefusal(): boolean {
    return this.#hasRefusal && !this.#hasText
  }
}
