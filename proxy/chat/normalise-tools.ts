import type { Capabilities } from './capabilities.ts'
import type { ChatRequest, CustomTool, FunctionTool, HostedTool, Tool, ToolChoice } from './chat-request.ts'
import { asFunctionTool } from './custom-tool.ts'
import { normaliseSchema } from './normalise-schema.ts'
import type { ProtocolId } from './protocol-id.ts'
import type { ToolNames } from './tool-names.ts'

/** The tools as they go up: flat names, schemas with an object at the root. A choice is there only where tools are. */
export type NormalisedTools = {
  readonly tools: readonly (SentFunction | CustomTool | HostedTool)[]
  readonly toolChoice?: Exclude<ToolChoice, { type: 'allowed' }>
  readonly parallelToolCalls?: boolean
}

export type SentFunction = FunctionTool & Required<Pick<FunctionTool, 'parameters'>>

type ToolWish = { readonly capabilities: Capabilities; readonly hostedProtocol?: ProtocolId }

export function normaliseTools(request: ChatRequest, names: ToolNames, wish: ToolWish): NormalisedTools {
  const tools = wish.capabilities.tools ? sentTools(request, names, wish) : []
  if (tools.length === 0) return { tools }
  const toolChoice = sentChoice(request, names, tools)
  return {
    tools,
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(request.parallelToolCalls === undefined ? {} : { parallelToolCalls: request.parallelToolCalls }),
  }
}

function sentTools(request: ChatRequest, names: ToolNames, wish: ToolWish): NormalisedTools['tools'] {
  const allowed = request.toolChoice?.type === 'allowed' ? new Set(request.toolChoice.names) : undefined
  const seen = new Set<string>()
  return request.tools.flatMap((tool): NormalisedTools['tools'] => {
    if (tool.kind === 'hosted') return tool.protocol === wish.hostedProtocol ? [tool] : []
    if (allowed !== undefined && !allowed.has(tool.name)) return []
    const name = names.sent(tool.name, tool.namespace)
    if (seen.has(name)) return []
    seen.add(name)
    return [sentTool(tool, name, wish)]
  })
}

function sentTool(tool: Exclude<Tool, HostedTool>, name: string, wish: ToolWish): SentFunction | CustomTool {
  if (tool.kind === 'custom' && wish.capabilities.customTools === true) return { ...tool, name }
  const asFunction = tool.kind === 'custom' ? asFunctionTool(tool) : tool
  return { ...asFunction, name, parameters: normaliseSchema(asFunction.parameters) }
}

function sentChoice(
  request: ChatRequest,
  names: ToolNames,
  tools: NormalisedTools['tools'],
): NormalisedTools['toolChoice'] {
  const choice = request.toolChoice
  if (choice === undefined) return undefined
  if (choice.type === 'allowed') return { type: choice.mode }
  if (choice.type !== 'named') return choice
  const named = request.tools.find((tool) => tool.kind !== 'hosted' && tool.name === choice.name)
  const name = names.sent(choice.name, named?.kind === 'hosted' ? undefined : named?.namespace)
  return tools.some((tool) => tool.kind !== 'hosted' && tool.name === name)
    ? { type: 'named', name }
    : undefined
}
