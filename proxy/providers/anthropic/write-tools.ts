import { assertNever } from '../../chat/assert-never.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { NormalisedTools } from '../../chat/normalise-tools.ts'
import type { CacheMarks } from './cache-marks.ts'

/** The fields of a request that are about tools. */
export function writeTools(
  { tools, toolChoice, parallelToolCalls }: NormalisedTools,
  marks: CacheMarks,
): JsonObject {
  if (tools.length === 0) return {}
  const isOneByOne = parallelToolCalls === false && toolChoice?.type !== 'none'
  const choice = toolChoice === undefined && isOneByOne ? ({ type: 'auto' } as const) : toolChoice
  return dropAbsent({
    tools: tools.map((tool) => writeTool(tool, marks)),
    tool_choice: choice === undefined ? undefined : writeChoice(choice, isOneByOne),
  })
}

/** A tool that its client keeps hidden is sent in full: what finds it was turned into text. */
function writeTool(tool: NormalisedTools['tools'][number], marks: CacheMarks): JsonObject {
  switch (tool.kind) {
    case 'hosted':
      return tool.raw
    case 'function': {
      const { name, description, parameters, strict } = tool
      const cache_control = marks(tool.cacheControl)
      return dropAbsent({ name, description, input_schema: parameters, strict, cache_control })
    }
    case 'custom':
      return dropAbsent({ name: tool.name, description: tool.description, input_schema: { type: 'object' } })
    default:
      return assertNever(tool)
  }
}

function writeChoice(choice: NonNullable<NormalisedTools['toolChoice']>, isOneByOne: boolean): JsonObject {
  const flag = isOneByOne ? { disable_parallel_tool_use: true } : {}
  switch (choice.type) {
    case 'named':
      return { type: 'tool', name: choice.name, ...flag }
    case 'required':
      return { type: 'any', ...flag }
    case 'none':
      return { type: 'none' }
    case 'auto':
      return { type: 'auto', ...flag }
    default:
      return assertNever(choice)
  }
}
