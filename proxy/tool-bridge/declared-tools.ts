import { ChatError } from '../chat/chat-error.ts'
import type { ChatRequest, CustomTool, FunctionTool, ToolKind } from '../chat/chat-request.ts'
import { asFunctionTool } from '../chat/custom-tool.ts'
import type { JsonObject } from '../chat/json.ts'
import { normaliseSchema } from '../chat/normalise-schema.ts'

/** A tool as the model sees it, and who it is to the client. */
export type DeclaredTool = {
  /** The name in the prompt: a namespace stands before it. */
  readonly shown: string
  readonly name: string
  readonly namespace?: string
  readonly kind: ToolKind
  readonly description: string
  /** The arguments' schema with a plain object at its root. */
  readonly schema: JsonObject
  /** The schema as the client sent it: what arguments must fit. */
  readonly demanded: JsonObject
}

export type DeclaredTools = {
  readonly all: readonly DeclaredTool[]
  /** By its exact name, else the one name that differs in case and punctuation only. */
  find(name: string): DeclaredTool | undefined
}

/** The tools that may be called in this answer: none for `none`, one for a named one, the allowed ones. */
export function declareTools(request: ChatRequest): DeclaredTools {
  const declared = request.tools.flatMap((tool) => (tool.kind === 'hosted' ? [] : [describe(tool)]))
  const { toolChoice } = request
  if (toolChoice?.type === 'none') return index([])
  if ((toolChoice?.type === 'required' || toolChoice?.type === 'named') && declared.length === 0)
    throw refused('missing_tools', 'tool_choice asks for a call, but the request declares no tool')
  if (toolChoice?.type === 'named') {
    const named = declared.filter((tool) => tool.name === toolChoice.name || tool.shown === toolChoice.name)
    if (named.length === 0)
      throw refused(
        'unknown_tool_choice_function',
        `tool_choice names a tool that is not declared: ${toolChoice.name}`,
      )
    return index(named)
  }
  if (toolChoice?.type !== 'allowed') return index(declared)
  const allowed = new Set(toolChoice.names)
  return index(declared.filter((tool) => allowed.has(tool.name) || allowed.has(tool.shown)))
}

function refused(code: string, message: string): ChatError {
  return new ChatError('invalid-request', message, { code, param: 'tool_choice' })
}

function describe(tool: FunctionTool | CustomTool): DeclaredTool {
  const {
    name,
    namespace,
    description = '',
    parameters,
  } = tool.kind === 'custom' ? asFunctionTool(tool) : tool
  return {
    shown: shownName(name, namespace),
    name,
    ...(namespace === undefined ? {} : { namespace }),
    kind: tool.kind,
    description,
    schema: normaliseSchema(parameters),
    demanded: parameters ?? {},
  }
}

/** A tool's name in the prompt. */
export function shownName(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}__${name}`
}

function index(tools: readonly DeclaredTool[]): DeclaredTools {
  const byName = new Map<string, DeclaredTool>()
  const byLikeness = new Map<string, DeclaredTool | undefined>()
  for (const tool of tools) {
    if (byName.has(tool.shown)) continue
    byName.set(tool.shown, tool)
    const likeness = likenessOf(tool.shown)
    byLikeness.set(likeness, byLikeness.has(likeness) ? undefined : tool)
  }
  return {
    all: [...byName.values()],
    find: (name) => byName.get(name) ?? byName.get(name.trim()) ?? byLikeness.get(likenessOf(name)),
  }
}

/** Two names are alike that differ in case, and in what joins their words. */
export function likenessOf(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_.:/-]/g, '')
}
