import { assertNever } from '../../chat/assert-never.ts'
import type { Capabilities } from '../../chat/capabilities.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject, JsonValue } from '../../chat/json.ts'
import type { NormalisedTools } from '../../chat/normalise-tools.ts'

/** The fields of a request that are about tools, which are flat here. */
export function writeTools(
  { tools, toolChoice, parallelToolCalls }: NormalisedTools,
  capabilities: Capabilities,
): JsonObject {
  if (tools.length === 0) return {}
  return dropAbsent({
    tools: tools.map(writeTool),
    tool_choice: toolChoice === undefined ? undefined : writeChoice(toolChoice, tools, capabilities),
    parallel_tool_calls: parallelToolCalls,
  })
}

/** A function that does not say whether it is strict would be made so here, which elsewhere it is not. */
function writeTool(tool: NormalisedTools['tools'][number]): JsonObject {
  switch (tool.kind) {
    case 'hosted':
      return tool.raw
    case 'custom': {
      const { name, description, format } = tool
      return dropAbsent({ type: 'custom', name, description, format })
    }
    case 'function': {
      const { name, description, parameters, strict } = tool
      return dropAbsent({ type: 'function', name, description, parameters, strict: strict ?? false })
    }
    default:
      return assertNever(tool)
  }
}

function writeChoice(
  choice: NonNullable<NormalisedTools['toolChoice']>,
  tools: NormalisedTools['tools'],
  capabilities: Capabilities,
): JsonValue {
  if (choice.type !== 'named') return choice.type
  const isCustom = tools.some((tool) => tool.kind === 'custom' && tool.name === choice.name)
  return { type: isCustom && capabilities.customTools === true ? 'custom' : 'function', name: choice.name }
}
