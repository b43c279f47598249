import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CAPABILITIES } from '../chat/capabilities.ts'
import type { JsonObject } from '../chat/json.ts'
import { anthropicCodec } from '../providers/anthropic/index.ts'
import { openaiChatCodec } from '../providers/openai-chat/index.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { openaiChat } from './openai-chat/index.ts'

const target = {
  model: 'sent',
  stream: true,
  capabilities: { ...DEFAULT_CAPABILITIES, imagesInToolResults: true, toolNameMax: 20, callIdMax: 20 },
}

/** What is said in a conversation, whatever API it is written in: in order of appearance within its kind. */
type Said = { texts: string[]; calls: [name: string, input: unknown][]; results: string[] }

const word = fc.stringMatching(/^[a-zé世]{1,8}$/)
const round = fc.record({
  user: word,
  assistant: word,
  calls: fc.array(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 30 }),
      name: fc.constantFrom('read', 'my.tool', `${'x'.repeat(30)}1`),
      input: fc.dictionary(fc.string(), fc.jsonValue()),
      result: word,
    }),
    { maxLength: 3 },
  ),
})
const rounds = fc.array(round, { minLength: 1, maxLength: 5 })
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never

function saidIn(list: readonly Round[]): Said {
  return {
    texts: list.flatMap(({ user, assistant }) => [user, assistant]),
    calls: list.flatMap(({ calls }) =>
      calls.map(({ name, input }): [string, unknown] => [name, JSON.parse(JSON.stringify(input))]),
    ),
    results: list.flatMap(({ calls }) => calls.map(({ result }) => result)),
  }
}

function asChat(list: readonly Round[]): JsonObject {
  const messages = list.flatMap(({ user, assistant, calls }, index): JsonObject[] => [
    { role: 'user', content: user },
    {
      role: 'assistant',
      content: assistant,
      tool_calls: calls.map(({ id, name, input }, position) => ({
        id: `${index}${position}${id}`,
        type: 'function',
        function: { name, arguments: JSON.stringify(input) },
      })),
    },
    ...calls.map(
      ({ id, result }, position): JsonObject => ({
        role: 'tool',
        tool_call_id: `${index}${position}${id}`,
        content: result,
      }),
    ),
  ])
  return { model: 'm', messages, tools: [{ type: 'function', function: { name: 'read' } }] }
}

function asMessages(list: readonly Round[]): JsonObject {
  const messages = list.flatMap(({ user, assistant, calls }, index): JsonObject[] => [
    { role: 'user', content: user },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: assistant },
        ...calls.map(({ id, name, input }, position) => ({
          type: 'tool_use',
          id: `${index}${position}${id}`,
          name,
          input: JSON.parse(JSON.stringify(input)),
        })),
      ],
    },
    {
      role: 'user',
      content: calls.map(({ id, result }, position) => ({
        type: 'tool_result',
        tool_use_id: `${index}${position}${id}`,
        content: result,
      })),
    },
  ])
  return { model: 'm', max_tokens: 10, messages, tools: [{ name: 'read', input_schema: {} }] }
}

type ChatMessage = {
  role: string
  content: string | null
  tool_call_id?: string
  tool_calls?: { id: string; function: { name: string; arguments: string } }[]
}

/** Reads a written chat completion request as its upstream would, and checks what the upstream would refuse. */
function chatView(body: JsonObject, names: ReadonlyMap<string, string>): Said {
  const said: Said = { texts: [], calls: [], results: [] }
  let awaited: string[] = []
  for (const message of JSON.parse(JSON.stringify(body.messages)) as ChatMessage[]) {
    if (message.role === 'tool') {
      expect(message.tool_call_id).toBe(awaited.shift())
      said.results.push(message.content ?? '')
      continue
    }
    expect(awaited).toEqual([])
    if (message.content) said.texts.push(...message.content.split('\n\n'))
    awaited = (message.tool_calls ?? []).map(({ id }) => id)
    for (const {
      id,
      function: { name, arguments: text },
    } of message.tool_calls ?? []) {
      expect(id).toMatch(/^[a-zA-Z0-9_-]{1,20}$/)
      expect(name).toMatch(/^[a-zA-Z0-9_-]{1,20}$/)
      said.calls.push([names.get(name) ?? name, JSON.parse(text)])
    }
  }
  expect(awaited).toEqual([])
  return said
}

type Block = {
  type: string
  text: string
  id: string
  name: string
  input: unknown
  tool_use_id: string
  content: { text: string }[]
}

/** The same for a written Messages request. */
function messagesView(body: JsonObject, names: ReadonlyMap<string, string>): Said {
  const said: Said = { texts: [], calls: [], results: [] }
  let awaited: string[] = []
  let role = 'assistant'
  for (const message of JSON.parse(JSON.stringify(body.messages)) as { role: string; content: Block[] }[]) {
    expect(message.role).not.toBe(role)
    role = message.role
    expect(message.content.slice(0, awaited.length).map((block) => block.tool_use_id)).toEqual(awaited)
    awaited = message.content.filter(({ type }) => type === 'tool_use').map(({ id }) => id)
    for (const block of message.content) {
      if (block.type === 'text') said.texts.push(block.text)
      if (block.type === 'tool_use') said.calls.push([names.get(block.name) ?? block.name, block.input])
      if (block.type === 'tool_result') said.results.push(block.content.map(({ text }) => text).join(''))
    }
  }
  expect(awaited).toEqual([])
  return said
}

describe('any conversation reaches any upstream whole (P-23 to P-36)', () => {
  const clients = [
    ['OpenAI', (list: readonly Round[]) => openaiChat.decodeRequest(asChat(list))],
    ['Anthropic', (list: readonly Round[]) => anthropicMessages.decodeRequest(asMessages(list))],
  ] as const

  it.each(clients)('from an %s client to a chat completions upstream', (_, decode) => {
    fc.assert(
      fc.property(rounds, (list) => {
        const { body, toolNames } = openaiChatCodec.writeRequest(decode(list), target)
        expect(chatView(body, toolNames!)).toEqual(saidIn(list))
      }),
    )
  })

  it.each(clients)('from an %s client to a Messages upstream', (_, decode) => {
    fc.assert(
      fc.property(rounds, (list) => {
        const { body, toolNames } = anthropicCodec.writeRequest(decode(list), target)
        expect(messagesView(body, toolNames!)).toEqual(saidIn(list))
      }),
    )
  })

  it.each(clients)(
    'and twice the same from an %s client, a longer one beginning like the shorter (Determinism)',
    (_, decode) => {
      fc.assert(
        fc.property(rounds, round, (list, more) => {
          for (const codec of [openaiChatCodec, anthropicCodec]) {
            const write = (each: readonly Round[]) => codec.writeRequest(decode(each), target).body
            expect(JSON.stringify(write(list))).toBe(JSON.stringify(write(structuredClone(list))))
            const short = JSON.stringify(write(list).messages).slice(0, -1)
            // A new turn may join the last one; all before it must stay byte for byte.
            const stable = short.slice(0, short.lastIndexOf('{"role":'))
            expect(JSON.stringify(write([...list, more]).messages).startsWith(stable)).toBe(true)
          }
        }),
      )
    },
  )
})
