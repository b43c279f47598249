import { type ChatAnswer, unfoldAnswer } from '../chat/chat-answer.ts'
import type { StreamPart } from '../chat/stream-part.ts'
import { mergeUsage, type Usage } from '../chat/usage.ts'
import type { Attempt } from './attempt.ts'
import { rememberReasoning, tellsReasoning } from './reasoning-cache.ts'
import { setUsage } from './set-usage.ts'

/** What an answer says beside what is sent to the client: its row gets it, and the memory of thoughts before calls. */
export class AnswerNotes {
  readonly #attempt: Pick<Attempt, 'request' | 'ports'>
  #memory: { push(part: StreamPart): void } | undefined
  #usage: Usage = {}

  constructor(attempt: Pick<Attempt, 'request' | 'ports'>) {
    this.#attempt = attempt
  }

  get usage(): Usage {
    return this.#usage
  }

  /** Takes each part of a stream, in order. */
  observe(part: StreamPart): void {
    const { row } = this.#attempt.request
    if (part.type === 'text-delta') return
    if (tellsReasoning(part)) this.#remember(part)
    if (part.type === 'usage') {
      this.#usage = mergeUsage(this.#usage, part.usage)
      row.change((entry) => setUsage(entry, this.#usage))
    } else if (part.type === 'finish') row.update({ finishReason: part.reason })
  }

  /** Takes a whole answer, in place of its parts. */
  observeAnswer(answer: ChatAnswer): void {
    const { row } = this.#attempt.request
    this.#usage = answer.usage
    row.change((entry) => {
      setUsage(entry, answer.usage)
      entry.finishReason = answer.finish
    })
    if (answer.parts.some(({ type }) => type === 'tool-call'))
      for (const part of unfoldAnswer(answer)) this.#remember(part)
  }

  #remember(part: StreamPart): void {
    const { ports, request } = this.#attempt
    this.#memory ??= rememberReasoning({ cache: ports.reasoning, owner: request.owner })
    this.#memory.push(part)
  }
}
