import { assertNever } from '../../chat/assert-never.ts'
import type { Capabilities } from '../../chat/capabilities.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject, JsonValue } from '../../chat/json.ts'
import type { NormalisedTools } from '../../chat/normalise-tools.ts'

/** The fields of a request that are about tools. Fields that only some upstreams know are left out of each tool. */
export function writeTools(
  { tools, toolChoice, parallelToolCalls }: NormalisedTools,
  capabilities: Capabilities,
) {
  if (tools.length === 0) return {}
  return dropAbsent({
    tools: tools.map((tool) => writeTool(tool, capabilities)),
    tool_choice: toolChoice === undefined ? undefined : writeChoice(toolChoice, tools, capabilities),
    parallel_tool_calls: parallelToolCalls,
  })
}

function writeTool(tool: NormalisedTools['tools'][number], capabilities: Capabilities): JsonObject {
  switch (tool.kind) {
    case 'hosted':
      return tool.raw
    case 'custom': {
      const { name, description, format } = tool
      return { type: 'custom', custom: dropAbsent({ name, description, format }) }
    }
    case 'function': {
      const { name, description, parameters, strict } = tool
      const mark = capabilities.cacheControl ? tool.cacheControl : undefined
      return dropAbsent({
        type: 'function',
        function: dropAbsent({ name, description, parameters, strict }),
        cache_control: mark,
      })
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
  if (isCustom && capabilities.customTools === true) return { type: 'custom', custom: { name: choice.name } }
  return { type: 'function', function: { name: choice.name } }
}
