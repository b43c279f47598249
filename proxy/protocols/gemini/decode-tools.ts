import type { Tool, ToolChoice } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import {
  type Fields,
  optionalObject,
  optionalString,
  optionalStrings,
  requiredString,
} from '../../chat/read-fields.ts'
import { fromOpenapiSchema } from '../../chat/schema-from-openapi.ts'
import { optionalCamel, optionalCamelRecords } from './camel-fields.ts'

/** Each entry of `tools` may hold functions, and tools that Google runs itself. */
export function decodeTools(body: Fields): readonly Tool[] {
  return optionalCamelRecords(body, 'tools').flatMap((entry): readonly Tool[] => {
    const { functionDeclarations: _declarations, ...hosted } = entry.object
    return [
      ...optionalCamelRecords(entry, 'functionDeclarations').map(decodeFunction),
      ...Object.entries(hosted)
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([name, value]): Tool => ({ kind: 'hosted', protocol: 'gemini', raw: { [name]: value } })),
    ]
  })
}

function decodeFunction(declaration: Fields): Tool {
  const schema = optionalObject(declaration, 'parameters')
  return dropAbsent({
    kind: 'function' as const,
    name: requiredString(declaration, 'name'),
    description: optionalString(declaration, 'description'),
    parameters:
      optionalObject(declaration, 'parametersJsonSchema') ??
      (schema === undefined ? undefined : fromOpenapiSchema(schema)),
  })
}

/** `ANY` demands a call, of one of the allowed functions where some are named. */
export function decodeToolChoice(body: Fields): ToolChoice | undefined {
  const config = optionalCamel(body, 'toolConfig')
  const calling = config === undefined ? undefined : optionalCamel(config, 'functionCallingConfig')
  if (calling === undefined) return undefined
  const names = optionalStrings(calling, 'allowedFunctionNames') ?? []
  switch (optionalString(calling, 'mode')?.toUpperCase()) {
    case 'NONE':
      return { type: 'none' }
    case 'ANY': {
      const [name] = names
      if (name === undefined) return { type: 'required' }
      return names.length === 1 ? { type: 'named', name } : { type: 'allowed', mode: 'required', names }
    }
    default:
      return names.length === 0 ? { type: 'auto' } : { type: 'allowed', mode: 'auto', names }
  }
}
