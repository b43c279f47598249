import type { AnswerFormat, ChatRequest, Tool, ToolChoice } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject, JsonValue } from '../../chat/json.ts'
import type { AnswerContext } from '../protocol.ts'

/** The upstream's id of the answer where it looks like one of this API, else one made of the request's. */
export function encodeId(upstreamId: string | undefined, requestId: string): string {
  return upstreamId?.startsWith('resp_') ? upstreamId : `resp_${requestId}`
}

/** The fields of a response that stay the same from its first event to its last. */
export function encodeResponseHead(id: string, context: AnswerContext): JsonObject {
  const { request } = context
  return {
    id,
    object: 'response',
    created_at: context.createdAt,
    model: context.model,
    instructions: null,
    max_output_tokens: request.maxOutputTokens ?? null,
    metadata: request.metadata ?? {},
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: extra(request, 'previous_response_id') ?? null,
    reasoning: {
      effort: request.reasoning?.effort ?? null,
      summary: request.reasoning?.showThoughts ? 'auto' : null,
    },
    store: extra(request, 'store') ?? true,
    temperature: request.temperature ?? null,
    text: dropAbsent({ format: encodeFormat(request.answerFormat), verbosity: request.verbosity }),
    tool_choice: encodeChoice(request.toolChoice),
    tools: request.tools.map(encodeTool),
    top_p: request.topP ?? null,
    truncation: extra(request, 'truncation') ?? 'disabled',
  }
}

function extra({ extras }: ChatRequest, name: string): JsonValue | undefined {
  return extras?.protocol === 'openai-responses' ? extras.fields[name] : undefined
}

function encodeFormat(format: AnswerFormat | undefined): JsonObject {
  if (format?.type === 'json') return { type: 'json_object' }
  if (format?.type !== 'json-schema') return { type: 'text' }
  const { name, schema, strict, description } = format
  return dropAbsent({ type: 'json_schema', name: name ?? 'answer', schema, strict, description })
}

function encodeChoice(choice: ToolChoice | undefined): JsonValue {
  if (choice === undefined) return 'auto'
  switch (choice.type) {
    case 'named':
      return { type: 'function', name: choice.name }
    case 'allowed':
      return {
        type: 'allowed_tools',
        mode: choice.mode,
        tools: choice.names.map((name) => ({ type: 'function', name })),
      }
    default:
      return choice.type
  }
}

function encodeTool(tool: Tool): JsonObject {
  switch (tool.kind) {
    case 'hosted':
      return tool.raw
    case 'custom': {
      const { name, description, format } = tool
      return dropAbsent({ type: 'custom', name, description, format })
    }
    case 'function': {
      const { name, description, parameters, strict } = tool
      return dropAbsent({
        type: 'function',
        name,
        description,
        parameters: parameters ?? {},
        strict: strict ?? false,
      })
    }
  }
}
