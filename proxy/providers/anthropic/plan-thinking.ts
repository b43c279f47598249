import type { Capabilities } from '../../chat/capabilities.ts'
import type { ChatRequest, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { budgetOfEffort, effortOf, nearestEffort } from '../../chat/effort.ts'
import type { JsonObject } from '../../chat/json.ts'

const SMALLEST_BUDGET = 1024

/** How thinking is asked for, and the output limit that goes with it. */
export type ThinkingPlan = {
  readonly maxTokens: number
  readonly thinking?: JsonObject
  readonly effort?: string
  /** Whether the model will think: then no sampling wishes are taken. */
  readonly isOn: boolean
}

type PlanInput = {
  readonly request: ChatRequest
  readonly turns: readonly Turn[]
  readonly capabilities: Capabilities
  /** Whether a tool is forced on the model, which Anthropic refuses together with thinking. */
  readonly isForced: boolean
}

export function planThinking(input: PlanInput): ThinkingPlan {
  const { request, capabilities } = input
  const { reasoning } = request
  const maxTokens = clampTokens(request.maxOutputTokens ?? capabilities.defaultMaxTokens, capabilities)
  const none: ThinkingPlan = { maxTokens, isOn: false }
  if (reasoning === undefined || capabilities.thinkingStyle === 'none') return none
  if (reasoning.mode === 'off') return { ...none, thinking: { type: 'disabled' } }
  const effort = withEffort(request, capabilities)
  if (input.isForced) return { ...none, ...effort }
  if (capabilities.thinkingStyle === 'adaptive') {
    return {
      ...none,
      ...effort,
      isOn: true,
      thinking: dropAbsent({ type: 'adaptive', display: display(request) }),
    }
  }
  return planBudget(input) ?? none
}

function withEffort(
  { reasoning }: ChatRequest,
  { effortLevels, thinkingStyle }: Capabilities,
): { effort?: string } {
  const wish = reasoning === undefined || thinkingStyle !== 'adaptive' ? undefined : effortOf(reasoning)
  const effort = wish === undefined ? undefined : nearestEffort(wish, effortLevels)
  return effort === undefined ? {} : { effort }
}

/** 1024 ≤ budget < max_tokens; where the client set no limit, the budget is added to the usual one. */
function planBudget({ request, turns, capabilities }: PlanInput): ThinkingPlan | undefined {
  const { reasoning, maxOutputTokens } = request
  if (reasoning === undefined || lacksThinking(turns)) return undefined
  const wish = Math.max(
    SMALLEST_BUDGET,
    reasoning.budgetTokens ?? budgetOfEffort(effortOf(reasoning) ?? 'medium'),
  )
  const maxTokens = clampTokens(maxOutputTokens ?? wish + capabilities.defaultMaxTokens, capabilities)
  const budget = wish < maxTokens ? wish : Math.max(SMALLEST_BUDGET, Math.floor(maxTokens * 0.8))
  if (budget >= maxTokens) return undefined
  const thinking = dropAbsent({ type: 'enabled', budget_tokens: budget, display: display(request) })
  return { maxTokens, thinking, isOn: true }
}

/** In a tool loop the last assistant turn must begin with its thinking; where that is lost, thinking rests until it ends. */
function lacksThinking(turns: readonly Turn[]): boolean {
  const last = turns.findLast((turn) => turn.role === 'assistant')
  const isLoop = turns.at(-1)?.parts.some((part) => part.type === 'tool-result') === true
  const first = last?.parts[0]?.type
  return isLoop && first !== 'thinking' && first !== 'redacted-thinking'
}

function display({ reasoning }: ChatRequest): string | undefined {
  if (reasoning?.showThoughts === undefined) return undefined
  return reasoning.showThoughts ? 'summarized' : 'omitted'
}

function clampTokens(tokens: number, { largestMaxTokens }: Capabilities): number {
  return Math.min(tokens, largestMaxTokens ?? tokens)
}
