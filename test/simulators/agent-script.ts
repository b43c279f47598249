import type { ServerResponse } from 'node:http'
import { type Saying, sayAsAnthropic, sayAsOpenAiChat } from './say.ts'
import type { SeenRequest } from './upstream.ts'

/** The tools of one client, and what the simulated model calls them with, one call a turn. */
export type AgentStep = { readonly tool: string; readonly input: Readonly<Record<string, unknown>> }

export type UpstreamProtocol = 'openai-chat' | 'anthropic'

/** What the model says when its steps are done; journeys look for it in the client's output. */
export const FINAL_TEXT = 'All three steps are done: the harbour is open.'

/**
 * A simulated model that works through `steps`, one tool call a turn, and ends with `FINAL_TEXT`. Where it stands it
 * reads from the conversation, as a real model would: the number of results that it has got so far.
 */
export function createAgent(protocol: UpstreamProtocol, steps: readonly AgentStep[]) {
  return (request: SeenRequest, response: ServerResponse): void => {
    const say = protocol === 'anthropic' ? sayAsAnthropic : sayAsOpenAiChat
    say(request, response, nextSaying(request, steps))
  }
}

function nextSaying(request: SeenRequest, steps: readonly AgentStep[]): Saying {
  const tools = (request.json.tools ?? []) as { name?: string; function?: { name: string } }[]
  const declared = new Set(tools.map((tool) => tool.function?.name ?? tool.name))
  const done = countResults(request.json.messages)
  const step = steps[done]
  if (!declared.has(steps[0]?.tool)) return { text: 'Harbour work' }
  if (step === undefined) return { text: FINAL_TEXT }
  return {
    text: `Step ${done + 1}.`,
    calls: [{ id: `call_step${done + 1}`, name: step.tool, input: step.input }],
  }
}

function countResults(messages: unknown): number {
  let count = 0
  for (const message of messages as { role: string; content: unknown }[]) {
    if (message.role === 'tool') count++
    else if (Array.isArray(message.content))
      count += message.content.filter((block) => block.type === 'tool_result').length
  }
  return count
}
