import type { Tool, ToolChoice } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject } from '../../chat/json.ts'
import { pickRecords, pickText } from '../../chat/pick-fields.ts'
import {
  type Fields,
  optionalBoolean,
  optionalFields,
  optionalObject,
  optionalRecords,
  optionalString,
  requiredString,
  wrongField,
} from '../../chat/read-fields.ts'

/** Reads `tools`, and those that clients put into an input item of their own (Codex, seen 2026-11). */
export function decodeTools(body: Fields, items: readonly Fields[]): readonly Tool[] {
  const added = items.filter((item) => item.object.type === 'additional_tools')
  return [body, ...added].flatMap((holder) =>
    (optionalRecords(holder, 'tools') ?? []).flatMap((tool) => decodeTool(tool, undefined)),
  )
}

function decodeTool(tool: Fields, namespace: string | undefined): readonly Tool[] {
  switch (optionalString(tool, 'type') ?? 'function') {
    case 'function':
      return [decodeFunction(tool, namespace)]
    case 'custom':
      return [
        dropAbsent({
          kind: 'custom' as const,
          name: requiredString(tool, 'name'),
          description: optionalString(tool, 'description'),
          format: optionalObject(tool, 'format'),
          namespace,
        }),
      ]
    case 'namespace': {
      const name = requiredString(tool, 'name')
      return (optionalRecords(tool, 'tools') ?? []).flatMap((inner) => decodeTool(inner, name))
    }
    default:
      return [{ kind: 'hosted', protocol: 'openai-responses', raw: tool.object }]
  }
}

/** Clients of chat completions put name and schema one level lower. */
function decodeFunction(tool: Fields, namespace: string | undefined): Tool {
  const target = optionalFields(tool, 'function') ?? tool
  return dropAbsent({
    kind: 'function' as const,
    name: requiredString(target, 'name'),
    description: optionalString(target, 'description'),
    parameters: optionalObject(target, 'parameters'),
    strict: optionalBoolean(target, 'strict'),
    namespace,
  })
}

/** A choice of a hosted tool means nothing where that tool is not carried: the model chooses. */
export function decodeToolChoice(body: Fields): ToolChoice | undefined {
  const choice = body.object.tool_choice
  if (choice === undefined || choice === null) return undefined
  if (choice === 'none' || choice === 'auto' || choice === 'required') return { type: choice }
  if (!isJsonObject(choice)) throw wrongField('tool_choice', 'none, auto, required or a tool')
  if (choice.type === 'allowed_tools') return decodeAllowed(optionalFields(body, 'tool_choice') ?? body)
  const name =
    pickText(choice, 'name') ?? pickText(isJsonObject(choice.function) ? choice.function : undefined, 'name')
  return name === undefined || choice.type === 'mcp' ? undefined : { type: 'named', name }
}

function decodeAllowed(choice: Fields): ToolChoice {
  return {
    type: 'allowed',
    mode: choice.object.mode === 'required' ? 'required' : 'auto',
    names: pickRecords(choice.object, 'tools').flatMap((tool) => pickText(tool, 'name') ?? []),
  }
}
