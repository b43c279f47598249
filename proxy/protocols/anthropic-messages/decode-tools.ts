import type { Tool, ToolChoice } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import {
  type Fields,
  fieldPath,
  optionalBoolean,
  optionalFields,
  optionalObject,
  optionalRecords,
  optionalString,
  requiredString,
  wrongField,
} from '../../chat/read-fields.ts'

export function decodeTools(body: Fields): readonly Tool[] {
  return (optionalRecords(body, 'tools') ?? []).map(decodeTool)
}

/** A tool with a dated type (`web_search_20250305`) is one that Anthropic runs itself. */
function decodeTool(tool: Fields): Tool {
  const type = optionalString(tool, 'type') ?? 'custom'
  if (type !== 'custom') return { kind: 'hosted', protocol: 'anthropic-messages', raw: tool.object }
  return dropAbsent({
    kind: 'function' as const,
    name: requiredString(tool, 'name'),
    description: optionalString(tool, 'description'),
    parameters: optionalObject(tool, 'input_schema'),
    strict: optionalBoolean(tool, 'strict'),
    cacheControl: optionalObject(tool, 'cache_control'),
    isDeferred: optionalBoolean(tool, 'defer_loading') || undefined,
  })
}

export function decodeToolChoice(body: Fields): { toolChoice?: ToolChoice; parallelToolCalls?: boolean } {
  const choice = optionalFields(body, 'tool_choice')
  if (choice === undefined) return {}
  const isOneByOne = optionalBoolean(choice, 'disable_parallel_tool_use') === true
  return { toolChoice: decodeChoice(choice), ...(isOneByOne ? { parallelToolCalls: false } : {}) }
}

function decodeChoice(choice: Fields): ToolChoice {
  const type = requiredString(choice, 'type')
  switch (type) {
    case 'auto':
    case 'none':
      return { type }
    case 'any':
      return { type: 'required' }
    case 'tool':
      return { type: 'named', name: requiredString(choice, 'name') }
    default:
      throw wrongField(fieldPath(choice, 'type'), 'auto, any, tool or none')
  }
}
