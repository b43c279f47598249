import type { Tool, ToolChoice } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { pickText } from '../../chat/pick-fields.ts'
import {
  type Fields,
  fieldPath,
  optionalBoolean,
  optionalFields,
  optionalObject,
  optionalRecords,
  optionalString,
  readObject,
  requiredString,
  wrongField,
} from '../../chat/read-fields.ts'

/** Reads `tools`, and the `functions` of old clients. */
export function decodeTools(body: Fields): readonly Tool[] {
  const tools = (optionalRecords(body, 'tools') ?? []).map(decodeTool)
  const legacy = (optionalRecords(body, 'functions') ?? []).map((each) => decodeFunction(each, undefined))
  return [...tools, ...legacy]
}

function decodeTool(tool: Fields): Tool {
  const custom = optionalFields(tool, 'custom')
  if (custom !== undefined) {
    const description = optionalString(custom, 'description')
    const format = optionalObject(custom, 'format')
    return dropAbsent({ kind: 'custom' as const, name: requiredString(custom, 'name'), description, format })
  }
  const type = optionalString(tool, 'type') ?? 'function'
  if (type !== 'function') return { kind: 'hosted', protocol: 'openai-chat', raw: tool.object }
  // Clients of the Responses API put name and schema one level higher.
  return decodeFunction(optionalFields(tool, 'function') ?? tool, optionalObject(tool, 'cache_control'))
}

function decodeFunction(target: Fields, cacheControl: JsonObject | undefined): Tool {
  return dropAbsent({
    kind: 'function' as const,
    name: requiredString(target, 'name'),
    description: optionalString(target, 'description'),
    parameters: readSchema(target),
    strict: optionalBoolean(target, 'strict'),
    cacheControl,
  })
}

/** Reads `tool_choice`, and the `function_call` of old clients. */
export function decodeToolChoice(body: Fields): ToolChoice | undefined {
  const name = body.object.tool_choice == null ? 'function_call' : 'tool_choice'
  const value = body.object[name]
  if (value === undefined || value === null) return undefined
  const path = fieldPath(body, name)
  if (typeof value === 'string') return decodeWord(value, path)
  const choice = readObject(value, path)
  const allowed = optionalFields(choice, 'allowed_tools')
  if (allowed !== undefined) return decodeAllowed(allowed)
  if (choice.object.type !== undefined && choice.object.name === undefined && !hasTarget(choice)) {
    return decodeWord(requiredString(choice, 'type'), path)
  }
  const target = optionalFields(choice, 'function') ?? optionalFields(choice, 'custom') ?? choice
  return { type: 'named', name: requiredString(target, 'name') }
}

function hasTarget(choice: Fields): boolean {
  return isJsonObject(choice.object.function) || isJsonObject(choice.object.custom)
}

function decodeWord(word: string, path: string): ToolChoice {
  if (word === 'none' || word === 'auto' || word === 'required') return { type: word }
  // Anthropic's and Mistral's word for it.
  if (word === 'any') return { type: 'required' }
  throw wrongField(path, 'none, auto, required or a tool')
}

function decodeAllowed(allowed: Fields): ToolChoice {
  const names = (optionalRecords(allowed, 'tools') ?? []).flatMap((tool) => {
    const target = optionalFields(tool, 'function') ?? optionalFields(tool, 'custom') ?? tool
    return pickText(target.object, 'name') ?? []
  })
  return {
    type: 'allowed',
    mode: optionalString(allowed, 'mode') === 'required' ? 'required' : 'auto',
    names,
  }
}

/** Clients that serve several APIs with one list of tools leave the schema under another API's name. */
function readSchema(tool: Fields): JsonObject | undefined {
  return (
    optionalObject(tool, 'parameters') ??
    optionalObject(tool, 'input_schema') ??
    optionalObject(tool, 'inputSchema')
  )
}
