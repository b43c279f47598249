import type { AnswerBuilder, TextKind } from '../../chat/answer-builder.ts'
import type { TextPiece } from './read-delta.ts'

export type TextReader = {
  push(piece: TextPiece): void
  close(): void
  /** Whether the answer is a refusal and nothing else. */
  isRefusal(): boolean
}

/** Puts pieces of text into blocks: a piece of another kind closes the open block before it begins its own. */
export function createTextReader(builder: AnswerBuilder): TextReader {
  const seen = new Set<TextKind>()
  let open: { readonly kind: TextKind; readonly key: number } | undefined
  function close(): void {
    if (open !== undefined) builder.closeText(open.kind, open.key)
    open = undefined
  }
  return {
    push({ kind, text }) {
      if (open?.kind !== kind) {
        close()
        open = { kind, key: builder.openText(kind) }
      }
      seen.add(kind)
      builder.text(kind, open.key, text)
    },
    close,
    isRefusal: () => seen.has('refusal') && !seen.has('text'),
  }
}
