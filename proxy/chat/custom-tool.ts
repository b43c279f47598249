import type { CustomTool, FunctionTool } from './chat-request.ts'
import { dropAbsent } from './drop-absent.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { parseJson, pickString } from './pick-fields.ts'

/** A tool that takes free text, as a function with one string, for upstreams that know functions only. */
export function asFunctionTool(tool: CustomTool): FunctionTool {
  return dropAbsent({
    kind: 'function' as const,
    name: tool.name,
    description: describeCustom(tool),
    parameters: INPUT_SCHEMA,
    namespace: tool.namespace,
  })
}

const INPUT_SCHEMA: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
}

function describeCustom(tool: CustomTool): string | undefined {
  const grammar = isJsonObject(tool.format?.grammar) ? tool.format.grammar : tool.format
  const definition = pickString(grammar, 'definition')
  if (definition === undefined) return tool.description
  return `${tool.description ?? ''}\nThe input must match this grammar:\n${definition}`.trim()
}

/** The free text of a call, as the arguments of that function. */
export function wrapCustomInput(text: string): string {
  return JSON.stringify({ input: text })
}

/** The free text in the arguments of that function; what does not look like them is the text itself. */
export function unwrapCustomInput(argumentsText: string): string {
  const value = parseJson(argumentsText)
  return (isJsonObject(value) ? pickString(value, 'input') : undefined) ?? argumentsText
}
