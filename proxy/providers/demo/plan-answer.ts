import type { ChatRequest, FunctionTool, Part } from '../../chat/chat-request.ts'
import type { FinishReason } from '../../chat/stream-part.ts'
import { exampleValue } from './example-value.ts'

export type DemoAnswer = {
  readonly thinking?: string
  readonly text: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly argumentsText: string }[]
  readonly finish: FinishReason
  readonly inputCharacters: number
}

const QUOTED_CHARACTERS = 400

/**
 * What the demo says to a request. It calls a declared tool when the request forces one, or when the last user message
 * asks to "call", "use" or "run" a tool by its name; it repeats a tool's result; anything else it echoes.
 */
export function planAnswer(request: ChatRequest, model: string): DemoAnswer {
  const said = lastUserText(request)
  const inputCharacters = request.turns.reduce(
    (sum, turn) => sum + turn.parts.reduce((inner, part) => inner + textOf(part).length, 0),
    0,
  )
  const base = {
    inputCharacters,
    ...(model === 'demo-thinking'
      ? {
          thinking: `The message has ${said.length} characters. I am a demo: I look at it and answer from it alone.`,
        }
      : {}),
  }
  const result = lastToolResult(request)
  if (result !== undefined)
    return { ...base, text: `Demo: the tool answered: ${cut(result)}`, calls: [], finish: 'stop' }
  const tool = chooseTool(request, said)
  if (tool === undefined) return { ...base, text: echo(said, request), calls: [], finish: 'stop' }
  const argumentsText = JSON.stringify(exampleValue(tool.parameters ?? {}, said))
  return {
    ...base,
    text: '',
    calls: [{ id: `call_demo_${request.turns.length}`, name: tool.name, argumentsText }],
    finish: 'tool-calls',
  }
}

function echo(said: string, request: ChatRequest): string {
  if (request.answerFormat?.type === 'json') return JSON.stringify({ demo: true, message: cut(said) })
  if (request.answerFormat?.type === 'json-schema')
    return JSON.stringify(exampleValue(request.answerFormat.schema, said))
  const reversed = /^reverse:?\s+(.+)/is.exec(said)?.[1]
  if (reversed !== undefined) return `Demo: ${[...cut(reversed)].reverse().join('')}`
  const shouted = /^(?:shout|uppercase):?\s+(.+)/is.exec(said)?.[1]
  if (shouted !== undefined) return `Demo: ${cut(shouted).toUpperCase()}`
  return `Hello from Portside's built-in demo: no model has seen your message, and this answer is made from it alone. You said: "${cut(said)}"`
}

function chooseTool(request: ChatRequest, said: string): FunctionTool | undefined {
  const tools = request.tools.filter((tool) => tool.kind === 'function')
  const choice = request.toolChoice
  if (choice?.type === 'none') return undefined
  if (choice?.type === 'named') return tools.find(({ name }) => name === choice.name)
  const asked = /\b(call|use|run)\b/i.test(said)
    ? tools.find(({ name }) => said.toLowerCase().includes(name.toLowerCase()))
    : undefined
  return asked ?? (choice?.type === 'required' ? tools[0] : undefined)
}

function lastUserText(request: ChatRequest): string {
  const turn = request.turns.findLast(
    ({ role, parts }) => role === 'user' && parts.some(({ type }) => type === 'text'),
  )
  return (turn?.parts ?? []).map(textOf).join('\n').trim()
}

/** The result that the model is to speak about: only when it is the newest thing said. */
function lastToolResult(request: ChatRequest): string | undefined {
  const last = request.turns.at(-1)?.parts.at(-1)
  return last?.type === 'tool-result' ? last.parts.map(textOf).join('\n') : undefined
}

function textOf(part: Part): string {
  return part.type === 'text' ? part.text : ''
}

function cut(text: string): string {
  return text.length <= QUOTED_CHARACTERS ? text : `${text.slice(0, QUOTED_CHARACTERS)}…`
}
