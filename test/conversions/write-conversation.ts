import type { JsonObject } from '../../proxy/chat/json.ts'
import type { ProtocolId } from '../../proxy/chat/protocol-id.ts'

/** One round of a conversation: the user speaks, the model answers and calls, the calls give something. */
export type Round = {
  readonly user: string
  readonly assistant: string
  readonly calls: readonly {
    readonly id: string
    readonly name: string
    readonly input: JsonObject
    readonly result: string
  }[]
}

export const SYSTEM = 'Be brief.'

/** The same conversation as a client of each API writes it. */
export const WRITE: Readonly<Record<ProtocolId, (rounds: readonly Round[]) => JsonObject>> = {
  'openai-chat': (rounds) => ({
    model: 'asked',
    messages: [{ role: 'system', content: SYSTEM }, ...rounds.flatMap(chatRound)],
    tools: [{ type: 'function', function: { name: 'read' } }],
  }),
  'openai-responses': (rounds) => ({
    model: 'asked',
    instructions: SYSTEM,
    input: rounds.flatMap(responsesRound),
    tools: [{ type: 'function', name: 'read' }],
  }),
  'anthropic-messages': (rounds) => ({
    model: 'asked',
    max_tokens: 100,
    system: SYSTEM,
    messages: rounds.flatMap(messagesRound),
    tools: [{ name: 'read', input_schema: {} }],
  }),
  gemini: (rounds) => ({
    systemInstruction: { parts: [{ text: SYSTEM }] },
    contents: rounds.flatMap(geminiRound),
    tools: [{ functionDeclarations: [{ name: 'read' }] }],
  }),
}

function idOf(index: number, position: number, id: string): string {
  return `${index}${position}${id}`
}

function chatRound({ user, assistant, calls }: Round, index: number): readonly JsonObject[] {
  const tool_calls = calls.map(({ id, name, input }, position) => ({
    id: idOf(index, position, id),
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  return [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant, ...(calls.length === 0 ? {} : { tool_calls }) },
    ...calls.map(({ id, result }, position) => ({
      role: 'tool',
      tool_call_id: idOf(index, position, id),
      content: result,
    })),
  ]
}

function responsesRound({ user, assistant, calls }: Round, index: number): readonly JsonObject[] {
  return [
    { role: 'user', content: [{ type: 'input_text', text: user }] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: assistant }] },
    ...calls.map(({ id, name, input }, position) => ({
      type: 'function_call',
      call_id: idOf(index, position, id),
      name,
      arguments: JSON.stringify(input),
    })),
    ...calls.map(({ id, result }, position) => ({
      type: 'function_call_output',
      call_id: idOf(index, position, id),
      output: result,
    })),
  ]
}

function messagesRound({ user, assistant, calls }: Round, index: number): readonly JsonObject[] {
  const results = calls.map(({ id, result }, position) => ({
    type: 'tool_result',
    tool_use_id: idOf(index, position, id),
    content: result,
  }))
  return [
    { role: 'user', content: user },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: assistant },
        ...calls.map(({ id, name, input }, position) => ({
          type: 'tool_use',
          id: idOf(index, position, id),
          name,
          input,
        })),
      ],
    },
    ...(results.length === 0 ? [] : [{ role: 'user', content: results }]),
  ]
}

/** Calls have no ids here, as Gemini's own have none. */
function geminiRound({ user, assistant, calls }: Round): readonly JsonObject[] {
  const results = calls.map(({ name, result }) => ({
    functionResponse: { name, response: { output: result } },
  }))
  return [
    { role: 'user', parts: [{ text: user }] },
    {
      role: 'model',
      parts: [
        { text: assistant },
        ...calls.map(({ name, input: args }) => ({ functionCall: { name, args } })),
      ],
    },
    ...(results.length === 0 ? [] : [{ role: 'user', parts: results }]),
  ]
}
