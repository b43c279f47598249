import type { ServerResponse } from 'node:http'
import { type Saying, sayAsAnthropic, sayAsGemini, sayAsOpenAiChat, sayAsOpenAiResponses } from './say.ts'
import type { SeenRequest } from './upstream.ts'

/** The tools of one client, and what the simulated model calls them with, one call a turn. */
export type AgentStep = { readonly tool: string; readonly input: Readonly<Record<string, unknown>> }

export type UpstreamProtocol = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini'

const SAY = {
  'openai-chat': sayAsOpenAiChat,
  'openai-responses': sayAsOpenAiResponses,
  anthropic: sayAsAnthropic,
  gemini: sayAsGemini,
} as const satisfies Record<UpstreamProtocol, unknown>

/** What the model says when its steps are done; journeys look for it in the client's output. */
export const FINAL_TEXT = 'All three steps are done: the harbour is open.'

/**
 * A simulated model that works through `steps`, one tool call a turn, and ends with `FINAL_TEXT`. Where it stands it
 * reads from the conversation, as a real model would: the number of results that it has got so far.
 */
export function createAgent(protocol: UpstreamProtocol, steps: readonly AgentStep[]) {
  return (request: SeenRequest, response: ServerResponse): void => {
    SAY[protocol](request, response, nextSaying(request, steps))
  }
}

function nextSaying(request: SeenRequest, steps: readonly AgentStep[]): Saying {
  const declared = declaredTools(request.json)
  const done = countResults(request.json)
  const step = steps[done]
  const first = steps[0]?.tool
  if (first === undefined || !declared.has(first)) return { text: 'Harbour work' }
  if (step === undefined) return { text: FINAL_TEXT }
  return {
    text: `Step ${done + 1}.`,
    calls: [{ id: `call_step${done + 1}`, name: step.tool, input: step.input }],
  }
}

type DeclaredTool = {
  readonly name?: string
  readonly function?: { readonly name: string }
  readonly functionDeclarations?: readonly { readonly name: string }[]
}

/** The names of the tools in a request, whatever its protocol. */
function declaredTools({ tools }: SeenRequest['json']): ReadonlySet<string> {
  const names = ((tools ?? []) as DeclaredTool[]).flatMap((tool) => [
    tool.function?.name ?? tool.name ?? '',
    ...(tool.functionDeclarations ?? []).map(({ name }) => name),
  ])
  return new Set(names)
}

type SaidBefore = {
  readonly role?: string
  readonly type?: string
  readonly content?: unknown
  readonly parts?: readonly object[]
}

/** How many results the conversation holds, whatever its protocol. */
function countResults({ messages, input, contents }: SeenRequest['json']): number {
  let count = 0
  for (const said of [messages, input, contents].flatMap((list) =>
    Array.isArray(list) ? list : [],
  ) as SaidBefore[]) {
    if (said.role === 'tool' || said.type?.endsWith('_call_output')) count++
    else if (Array.isArray(said.content))
      count += said.content.filter(({ type }) => type === 'tool_result').length
    count += (said.parts ?? []).filter((part) => 'functionResponse' in part).length
  }
  return count
}
