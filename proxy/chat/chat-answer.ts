import type { ChatError } from './chat-error.ts'
import type {
  OpaquePart,
  RedactedThinkingPart,
  RefusalPart,
  TextPart,
  ThinkingPart,
  ToolCallPart,
} from './chat-request.ts'
import type { FinishReason, StreamPart } from './stream-part.ts'
import { mergeUsage, type Usage } from './usage.ts'

export type AnswerPart =
  | TextPart
  | RefusalPart
  | ThinkingPart
  | RedactedThinkingPart
  | ToolCallPart
  | OpaquePart

/** A whole answer: what a stream of parts folds to. */
export type ChatAnswer = {
  readonly id?: string
  readonly model?: string
  readonly parts: readonly AnswerPart[]
  readonly finish: FinishReason
  readonly stopSequence?: string
  readonly usage: Usage
}

type Folding = {
  id?: string
  model?: string
  parts: Map<number, AnswerPart>
  opaque: number
  finish?: FinishReason
  stopSequence?: string
  usage: Usage
}

export type AnswerFold = { push(part: StreamPart): void; answer(): ChatAnswer | undefined }

/**
 * Collects parts into one answer, so that streamed and whole answers share one path. `push` takes parts in order;
 * `answer` gives the result once a `finish` came. An `error` part is thrown by `push`.
 */
export function createAnswerFold(): AnswerFold {
  const folding: Folding = { parts: new Map(), opaque: -1, usage: {} }
  return {
    push: (part) => foldPart(folding, part),
    answer() {
      if (folding.finish === undefined) return undefined
      return {
        ...(folding.id === undefined ? {} : { id: folding.id }),
        ...(folding.model === undefined ? {} : { model: folding.model }),
        parts: [...folding.parts.values()],
        finish: folding.finish,
        ...(folding.stopSequence === undefined ? {} : { stopSequence: folding.stopSequence }),
        usage: folding.usage,
      }
    },
  }
}

/** Folds a complete list of parts. Throws the `ChatError` of an `error` part; undefined where no `finish` came. */
export function foldAnswer(parts: Iterable<StreamPart>): ChatAnswer | undefined {
  const fold = createAnswerFold()
  for (const part of parts) fold.push(part)
  return fold.answer()
}

function foldPart(folding: Folding, part: StreamPart): void {
  switch (part.type) {
    case 'answer-start':
      if (part.id !== undefined) folding.id = part.id
      if (part.model !== undefined) folding.model = part.model
      return
    case 'text-start':
      folding.parts.set(part.key, { type: 'text', text: '' })
      return
    case 'refusal-start':
      folding.parts.set(part.key, { type: 'refusal', text: '' })
      return
    case 'thinking-start':
      folding.parts.set(part.key, { type: 'thinking', text: '' })
      return
    case 'text-delta':
    case 'thinking-delta':
    case 'refusal-delta':
    case 'tool-call-delta':
      appendText(folding, part.key, part.text)
      return
    case 'tool-call-start':
      folding.parts.set(part.key, toolCall(part))
      return
    case 'thinking-end':
    case 'tool-call-end':
      sign(folding, part)
      return
    case 'redacted-thinking':
      folding.parts.set(part.key, { type: 'redacted-thinking', carrier: part.carrier })
      return
    case 'opaque':
      folding.parts.set(folding.opaque--, { type: 'opaque', protocol: part.protocol, raw: part.raw })
      return
    case 'usage':
      folding.usage = mergeUsage(folding.usage, part.usage)
      return
    case 'finish':
      folding.finish = part.reason
      if (part.stopSequence !== undefined) folding.stopSequence = part.stopSequence
      return
    case 'error':
      throw part.error satisfies ChatError
    case 'text-end':
    case 'refusal-end':
      return
  }
}

function toolCall(part: Extract<StreamPart, { type: 'tool-call-start' }>): ToolCallPart {
  const call: ToolCallPart = {
    type: 'tool-call',
    id: part.id,
    name: part.name,
    argumentsText: '',
    kind: part.kind,
  }
  return part.namespace === undefined ? call : { ...call, namespace: part.namespace }
}

function appendText(folding: Folding, key: number, text: string): void {
  const open = folding.parts.get(key)
  if (open === undefined) throw new Error(`no open block ${key}`)
  if (open.type === 'tool-call') folding.parts.set(key, { ...open, argumentsText: open.argumentsText + text })
  else if (open.type === 'text' || open.type === 'thinking' || open.type === 'refusal')
    folding.parts.set(key, { ...open, text: open.text + text })
}

function sign(folding: Folding, part: Extract<StreamPart, { type: 'thinking-end' | 'tool-call-end' }>): void {
  const open = folding.parts.get(part.key)
  if (part.signature === undefined || open === undefined) return
  if (open.type === 'thinking' || open.type === 'tool-call')
    folding.parts.set(part.key, { ...open, signature: part.signature })
}

/** The other way: a whole answer as the parts that a stream of it would have had. */
export function* unfoldAnswer(answer: ChatAnswer): Generator<StreamPart> {
  yield {
    type: 'answer-start',
    ...(answer.id === undefined ? {} : { id: answer.id }),
    ...(answer.model === undefined ? {} : { model: answer.model }),
  }
  for (const [key, part] of answer.parts.entries()) yield* unfoldPart(key, part)
  yield { type: 'usage', usage: answer.usage }
  yield {
    type: 'finish',
    reason: answer.finish,
    ...(answer.stopSequence === undefined ? {} : { stopSequence: answer.stopSequence }),
  }
}

function* unfoldPart(key: number, part: AnswerPart): Generator<StreamPart> {
  switch (part.type) {
    case 'text':
    case 'refusal':
      yield { type: `${part.type}-start`, key }
      if (part.text !== '') yield { type: `${part.type}-delta`, key, text: part.text }
      yield { type: `${part.type}-end`, key }
      return
    case 'thinking':
      yield { type: 'thinking-start', key }
      if (part.text !== '') yield { type: 'thinking-delta', key, text: part.text }
      yield {
        type: 'thinking-end',
        key,
        ...(part.signature === undefined ? {} : { signature: part.signature }),
      }
      return
    case 'redacted-thinking':
      yield { type: 'redacted-thinking', key, carrier: part.carrier }
      return
    case 'tool-call':
      yield {
        type: 'tool-call-start',
        key,
        id: part.id,
        name: part.name,
        kind: part.kind,
        ...(part.namespace === undefined ? {} : { namespace: part.namespace }),
      }
      if (part.argumentsText !== '') yield { type: 'tool-call-delta', key, text: part.argumentsText }
      yield {
        type: 'tool-call-end',
        key,
        ...(part.signature === undefined ? {} : { signature: part.signature }),
      }
      return
    case 'opaque':
      yield { type: 'opaque', protocol: part.protocol, raw: part.raw }
      return
  }
}
