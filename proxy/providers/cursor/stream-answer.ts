import { AnswerBuilder } from '../../chat/answer-builder.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { estimateTokens } from '../../chat/estimate-tokens.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import type { Usage } from '../../chat/usage.ts'
import type { RunEvent } from './cursor-runner.ts'
import { brokeOff } from './read-failure.ts'
import { changesMachine } from './read-run.ts'

export type AnswerOptions = {
  readonly model: string
  /** False where the request forbids thinking: it is dropped. */
  readonly showsThinking: boolean
  readonly promptCharacters: number
}

/** Makes an answer's parts of a run's events. Only `finished` is an end; whatever else ends a run is an error. */
export async function* streamAnswer(
  events: AsyncIterable<RunEvent>,
  options: AnswerOptions,
): AsyncGenerator<StreamPart> {
  const writer = createWriter(options)
  for await (const event of events) {
    writer.write(event)
    yield* writer.take()
    if (writer.isDone) return
  }
  throw brokeOff('its run had no end')
}

function createWriter({ model, showsThinking, promptCharacters }: AnswerOptions) {
  const builder = new AnswerBuilder()
  let open: { readonly kind: 'thinking' | 'text'; readonly key: number } | undefined
  let usage: Usage | undefined
  let said = 0
  let hasText = false

  function closeOpen(): void {
    if (open !== undefined) builder.closeText(open.kind, open.key)
    open = undefined
  }
  function say(kind: 'thinking' | 'text', text: string): void {
    if (kind === 'thinking' && !showsThinking) return
    if (open?.kind !== kind) {
      closeOpen()
      open = { kind, key: builder.openText(kind) }
    }
    said += text.length
    hasText ||= kind === 'text'
    builder.text(kind, open.key, text)
  }
  function finish(): void {
    if (!hasText) throw saidNothing()
    closeOpen()
    builder.usage(usage ?? estimate(promptCharacters, said))
    builder.finish('stop')
  }

  builder.start(undefined, model)
  return {
    write(event: RunEvent): void {
      switch (event.type) {
        case 'thinking':
        case 'text':
          return say(event.type, event.text)
        case 'usage':
          usage = event.usage
          return
        case 'tool':
          if (changesMachine(event.name)) throw startedTool(event.name)
          return
        case 'failed':
          throw event.error
        case 'finished':
          return finish()
      }
    },
    take: () => builder.take(),
    get isDone() {
      return builder.isDone
    },
  }
}

function estimate(promptCharacters: number, said: number): Usage {
  return {
    inputTokens: estimateTokens(promptCharacters),
    outputTokens: estimateTokens(said),
    estimated: true,
  }
}

function startedTool(name: string): ChatError {
  return new ChatError(
    'upstream-untrusted',
    `Cursor began to use its own tool "${name.slice(0, 60)}" although it may use none; Portside ended the run`,
    { code: 'tool_not_allowed' },
  )
}

function saidNothing(): ChatError {
  return new ChatError('upstream-unavailable', 'Cursor ended the run without an answer', {
    code: 'upstream_empty_output',
  })
}
