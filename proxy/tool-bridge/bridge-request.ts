import type { ChatRequest, Turn } from '../chat/chat-request.ts'
import { dropAbsent } from '../chat/drop-absent.ts'
import { effortOf } from '../chat/effort.ts'
import { estimateInputTokens } from '../chat/estimate-tokens.ts'
import { withHint } from '../chat/json-hint.ts'
import { type AnswerFilter, createAnswerFilter } from './answer-filter.ts'
import { declareTools } from './declared-tools.ts'
import { writeHistory } from './write-history.ts'
import { INSIST, THINKING_HINT, writeToolPrompt } from './write-tool-prompt.ts'

export type BridgeOptions = {
  /** How the upstream thinks: with a switch of its own, or only when it is asked in the prompt. */
  readonly thinking: 'native' | 'prompt'
  /** The client asked for thinking by the model's name. What the request itself says wins. */
  readonly wantsThinking: boolean
  /** Thoughts that stood between tags are shown to the client. */
  readonly exposeReasoning: boolean
  /** `auto` with tools is meant as `required`. */
  readonly isStrict: boolean
  /** The model has answered without a call once, and is told so. */
  readonly insists: boolean
  /** A new id for a call, unlike all others. */
  readonly newCallId: () => string
}

export type BridgedRequest = {
  /** What the upstream is asked: no tools, no tool turns. */
  readonly request: ChatRequest
  /** The client shall get a call, and an answer without one is worth one more attempt. */
  readonly wantsCall: boolean
  createFilter(): AnswerFilter
}

/**
 * Lends tools and thinking to a model that has none: rewrites the request into words, and gives the filter that finds
 * calls and thoughts in the answer. A request without tools, tool turns and thinking stays what it is. Throws
 * `invalid-request` where `tool_choice` asks for what is not declared.
 */
export function bridgeRequest(chat: ChatRequest, options: BridgeOptions): BridgedRequest {
  const tools = declareTools(chat)
  const hasTools = tools.all.length > 0
  const isThinking = wantsThinking(chat, options)
  const isPrompted = isThinking && options.thinking === 'prompt'
  const isStrict = options.isStrict && hasTools
  const { tools: _tools, toolChoice, parallelToolCalls, reasoning, ...rest } = chat
  const hint = [
    ...(hasTools
      ? [
          writeToolPrompt({
            tools: tools.all,
            choice: toolChoice,
            isStrict,
            isParallel: parallelToolCalls !== false,
          }),
        ]
      : []),
    ...(isPrompted ? [THINKING_HINT] : []),
    ...(hasTools && options.insists ? [INSIST] : []),
  ].join('\n\n')
  const isPlain = hint === '' && !chat.turns.some(holdsTools)
  const turns = isPlain
    ? chat.turns
    : writeHistory(chat.turns, { hasTools, keepsThinking: options.thinking === 'native' })
  const asked = isThinking && reasoning === undefined ? { mode: 'adaptive' as const } : reasoning
  const request: ChatRequest = dropAbsent({
    ...rest,
    tools: [],
    reasoning: options.thinking === 'native' ? asked : undefined,
    turns: hint === '' ? turns : withHint(turns, hint),
  })
  return {
    request,
    wantsCall: isStrict,
    createFilter: () =>
      createAnswerFilter({
        tools,
        isParallel: parallelToolCalls !== false,
        tags: options.thinking === 'native' ? 'none' : isPrompted ? 'anywhere' : 'at-start',
        showsTagged: isPrompted && options.exposeReasoning,
        showsNative: reasoning === undefined || effortOf(reasoning) !== 'none',
        newCallId: options.newCallId,
        inputTokens: estimateInputTokens(request),
      }),
  }
}

function wantsThinking({ reasoning }: ChatRequest, options: BridgeOptions): boolean {
  return reasoning === undefined ? options.wantsThinking : effortOf(reasoning) !== 'none'
}

function holdsTools({ parts }: Turn): boolean {
  return parts.some(({ type }) => type === 'tool-call' || type === 'tool-result')
}
