import type { ServerResponse } from 'node:http'
import type { AgentStep } from './agent-script.ts'
import { FINAL_TEXT } from './agent-script.ts'
import { sayAsOpenAiChat } from './say.ts'
import type { SeenRequest } from './upstream.ts'

/** A tool as the prompt describes it. */
export type PromptedTool = { readonly name: string; readonly schema: Readonly<Record<string, unknown>> }

/** What a text-only model must never see: each entry says what and where. */
export type Violations = string[]

/**
 * A simulated model that knows text and nothing else, behind OpenAI's chat API. It reads the tools and the form of a
 * call from its prompt, as a real model would, and works through `steps`, one call a turn. Whatever is no text in a
 * request goes to `violations`.
 */
export function createTextOnlyAgent(steps: readonly AgentStep[], violations: Violations) {
  return (request: SeenRequest, response: ServerResponse): void => {
    violations.push(...findViolations(request.json))
    sayAsOpenAiChat(request, response, { text: nextText(textsOf(request.json), steps) })
  }
}

/** What such a model answers to the texts of a conversation, whoever carries them. */
export function nextText(texts: readonly string[], steps: readonly AgentStep[]): string {
  const prompt = texts.join('\n\n')
  const tools = readTools(prompt)
  const done = prompt.match(/^<tool_result id="[^"]+" name="[^"]*"(?: status="error")?>$/gm)?.length ?? 0
  const step = steps[done]
  const first = steps[0]?.tool
  if (!tools.some(({ name }) => name === first)) return 'Harbour work'
  if (step === undefined) return FINAL_TEXT
  return `Step ${done + 1}.\n\n${writeAsAsked(prompt, step)}\n\nAnd I suppose that it worked.`
}

/** The tools of a prompt. */
export function readTools(prompt: string): readonly PromptedTool[] {
  const sections = prompt.matchAll(/^## Tool: (.+)\n[\s\S]*?^Parameters \(JSON schema\): (.+)$/gm)
  return [...sections].map(([, name = '', schema = '{}']) => ({ name, schema: JSON.parse(schema) }))
}

/** The form stands in the prompt once, with places for the names: it is filled in as it is found there. */
function writeAsAsked(prompt: string, { tool, input }: AgentStep): string {
  const form =
    /^<tool_calls>\n<invoke name="TOOL_NAME">\n(<parameter name=")TEXT_PARAMETER("><!\[CDATA\[)[^\]]+(\]\]><\/parameter>)\n<parameter name="OTHER_PARAMETER">.+<\/parameter>\n<\/invoke>\n<\/tool_calls>$/m.exec(
      prompt,
    )
  if (form === null) return 'The prompt says no form for calls.'
  const [whole, opening, cdata, closing] = form
  const lines = Object.entries(input).map(([name, value]) =>
    typeof value === 'string'
      ? `${opening}${name}${cdata}${value}${closing}`
      : `<parameter name="${name}">${JSON.stringify(value)}</parameter>`,
  )
  const head = whole.slice(0, whole.indexOf('<parameter')).replace('TOOL_NAME', tool)
  return `${head}${lines.join('\n')}\n</invoke>\n</tool_calls>`
}

type Message = { readonly role?: string; readonly content?: unknown; readonly tool_calls?: unknown }

function messagesOf(json: SeenRequest['json']): readonly Message[] {
  return Array.isArray(json.messages) ? json.messages : []
}

/** The texts of a chat request's messages. */
export function textsOf(json: SeenRequest['json']): readonly string[] {
  return messagesOf(json).flatMap(({ content }) => {
    if (typeof content === 'string') return [content]
    return Array.isArray(content) ? content.map(({ text }) => String(text ?? '')) : []
  })
}

function findViolations(json: SeenRequest['json']): string[] {
  const fields = [
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'functions',
    'function_call',
    'reasoning_effort',
  ]
  return [
    ...fields.filter((field) => field in json),
    ...messagesOf(json).flatMap(({ role, content, tool_calls }, index) => [
      ...(role === 'system' || role === 'user' || role === 'assistant'
        ? []
        : [`messages[${index}].role ${role}`]),
      ...(tool_calls === undefined ? [] : [`messages[${index}].tool_calls`]),
      ...(typeof content === 'string' || isTextList(content) ? [] : [`messages[${index}].content`]),
    ]),
  ]
}

function isTextList(content: unknown): boolean {
  return Array.isArray(content) && content.every(({ type }) => type === 'text')
}
