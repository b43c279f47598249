import type { Capabilities } from '../../chat/capabilities.ts'
import { asFunctionTool } from '../../chat/custom-tool.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { NormalisedTools } from '../../chat/normalise-tools.ts'
import { toOpenapiSchema } from '../../chat/schema-openapi.ts'

/** The fields of a request that are about tools: all functions in one entry, tools that Google runs in others. */
export function writeTools(
  { tools, toolChoice }: NormalisedTools,
  { schemaDialect }: Capabilities,
): JsonObject {
  if (tools.length === 0) return {}
  const declarations = tools.flatMap((tool) => {
    if (tool.kind === 'hosted') return []
    const { name, description, parameters } = tool.kind === 'custom' ? asFunctionTool(tool) : tool
    return [dropAbsent({ name, description, ...writeParameters(parameters ?? {}, schemaDialect) })]
  })
  const hosted = tools.flatMap((tool) => (tool.kind === 'hosted' ? [tool.raw] : []))
  const functions = declarations.length === 0 ? [] : [{ functionDeclarations: declarations }]
  return dropAbsent({
    tools: [...functions, ...hosted],
    toolConfig: toolChoice === undefined || functions.length === 0 ? undefined : writeChoice(toolChoice),
  })
}

/** An object without properties is refused as a schema: a function without arguments has none. */
function writeParameters(parameters: JsonObject, dialect: Capabilities['schemaDialect']): JsonObject {
  if (dialect === 'json-schema') return { parametersJsonSchema: parameters }
  const schema = toOpenapiSchema(parameters)
  return schema.properties === undefined ? {} : { parameters: schema }
}

function writeChoice(choice: NonNullable<NormalisedTools['toolChoice']>): JsonObject {
  switch (choice.type) {
    case 'named':
      return { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [choice.name] } }
    case 'required':
      return { functionCallingConfig: { mode: 'ANY' } }
    case 'none':
      return { functionCallingConfig: { mode: 'NONE' } }
    case 'auto':
      return { functionCallingConfig: { mode: 'AUTO' } }
  }
}
