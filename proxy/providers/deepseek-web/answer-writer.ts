import { AnswerBuilder } from '../../chat/answer-builder.ts'
import { estimateTokens } from '../../chat/estimate-tokens.ts'
import type { FinishReason, StreamPart } from '../../chat/stream-part.ts'
import { createCitationFilter } from './citations.ts'

export type Said = 'thinking' | 'text'

export type WriterOptions = {
  readonly model: string
  /** False where thinking was switched off: some builds send it all the same, and it is dropped. */
  readonly showsThinking: boolean
  /** Whether the answer may hold markers of search results. */
  readonly hasSearch: boolean
  readonly inputCharacters: number
}

export type AnswerWriter = ReturnType<typeof createAnswerWriter>

/** Makes one answer's parts out of what all rounds of it say. */
export function createAnswerWriter({ model, showsThinking, hasSearch, inputCharacters }: WriterOptions) {
  const builder = new AnswerBuilder()
  const raw = { thinking: [] as string[], text: [] as string[] }
  const shown = { thinking: 0, text: 0 }
  let open: { readonly kind: Said; readonly key: number } | undefined
  let findUrl: (kind: string, number: number) => string | undefined = () => undefined
  const citations = hasSearch ? createCitationFilter((kind, number) => findUrl(kind, number)) : undefined

  function show(kind: Said, text: string): void {
    if (text === '') return
    if (open?.kind !== kind) {
      closeOpen()
      open = { kind, key: builder.openText(kind) }
    }
    shown[kind] += text.length
    builder.text(kind, open.key, text)
  }
  function closeOpen(): void {
    if (open !== undefined) builder.closeText(open.kind, open.key)
    open = undefined
  }
  function settle(isEnd: boolean): void {
    if (citations !== undefined) show('text', citations.take(isEnd))
  }

  builder.start(undefined, model)
  return {
    say(kind: Said, text: string): void {
      if (text === '') return
      raw[kind].push(text)
      if (kind === 'thinking') {
        if (showsThinking) show(kind, text)
      } else if (citations === undefined) show(kind, text)
      else citations.push(text)
    },
    /** Called after each frame: text whose pages are known by now goes on. */
    settle: () => settle(false),
    lookUpIn(look: (kind: string, number: number) => string | undefined): void {
      findUrl = look
    },
    finish(reason: FinishReason): void {
      settle(true)
      closeOpen()
      builder.usage({
        inputTokens: estimateTokens(inputCharacters),
        outputTokens: estimateTokens(shown.thinking + shown.text),
        estimated: true,
      })
      builder.finish(reason)
    },
    take: (): readonly StreamPart[] => builder.take(),
    /** Everything that was said so far, as it came. */
    saidSoFar: (kind: Said) => raw[kind].join(''),
    get hasText() {
      return raw.text.length > 0
    },
    get hasShown() {
      return shown.thinking + shown.text > 0
    },
    get isHolding() {
      return citations?.isHolding === true
    },
  }
}
