import { randomBytes } from 'node:crypto'
import type { ChatRequest } from '../chat/chat-request.ts'
import type { Provider } from '../providers/provider.ts'
import { type AnswerFilter, bridgeRequest } from '../tool-bridge/index.ts'
import type { RelayPorts, RelayRequest } from './relay-ports.ts'

/** What an attempt asks beside its request. */
export type AttemptWish = {
  /** The model's name asks for thinking. */
  readonly wantsThinking: boolean
  /** The answer before this one lacked the call that it should have made. */
  readonly insists: boolean
}

/** What is asked of an upstream that tools and thinking are lent to, and the filter for its answer. */
export type BridgedAttempt = {
  readonly chat: ChatRequest
  readonly filter: AnswerFilter
  /** An answer without a call is worth one more attempt. Never so for streams. */
  readonly wantsCall: boolean
}

/** Lends tools and thinking where the provider's models have none; undefined where they have their own. */
export function bridgeAttempt(
  request: RelayRequest,
  { info }: Provider,
  { wantsThinking, insists }: AttemptWish,
  ports: RelayPorts,
): BridgedAttempt | undefined {
  if (info.toolMode !== 'bridge') return undefined
  const { strict, exposeReasoning } = ports.settings().bridge
  const { chat } = request
  const bridged = bridgeRequest(chat, {
    thinking: info.thinking ?? 'prompt',
    wantsThinking,
    exposeReasoning,
    isStrict: strict,
    insists,
    newCallId,
  })
  return {
    chat: bridged.request,
    filter: bridged.createFilter(),
    wantsCall: bridged.wantsCall && !chat.stream && !insists,
  }
}

/** 24 random characters: ids stay apart over restarts and conversations. */
function newCallId(): string {
  return `call_${randomBytes(12).toString('hex')}`
}
