import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../proxy/chat/chat-request.ts'
import type { JsonObject } from '../../proxy/chat/json.ts'
import { mergeTurns } from '../../proxy/chat/merge-turns.ts'
import type { ProtocolId } from '../../proxy/chat/protocol-id.ts'
import { CAPABILITIES, CODECS, convert, decode, PAIRS, PROTOCOL_IDS } from './convert.ts'
import { type Round, SYSTEM, WRITE } from './write-conversation.ts'

const word = fc.stringMatching(/^[a-zé世]{1,8}$/)
const round: fc.Arbitrary<Round> = fc.record({
  user: word,
  assistant: word,
  calls: fc.array(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 30 }),
      name: fc.constantFrom('read', 'my.tool', `${'x'.repeat(30)}1`),
      input: fc
        .dictionary(fc.string(), fc.jsonValue())
        .map((input): JsonObject => JSON.parse(JSON.stringify(input))),
      result: word,
    }),
    { maxLength: 3 },
  ),
})
const rounds = fc.array(round, { minLength: 1, maxLength: 5 })

/** What is said in a conversation, whatever API it is written in: in order of appearance within its kind. */
type Said = { texts: string[]; calls: [name: string, input: unknown][]; results: string[] }

function saidIn(list: readonly Round[]): Said {
  return {
    texts: [SYSTEM, ...list.flatMap(({ user, assistant }) => [user, assistant])],
    calls: list.flatMap(({ calls }) => calls.map(({ name, input }): [string, unknown] => [name, input])),
    results: list.flatMap(({ calls }) => calls.map(({ result }) => result)),
  }
}

/** Reads what an upstream was sent as that upstream would, and checks what it would refuse. */
function saidTo(request: ChatRequest, names: ReadonlyMap<string, string>): Said {
  const said: Said = { texts: [], calls: [], results: [] }
  const awaited: string[] = []
  for (const { parts } of mergeTurns(request.turns)) {
    for (const part of parts) {
      if (part.type === 'tool-result') {
        expect(part.callId).toBe(awaited.shift())
        said.results.push(part.parts.map((inner) => (inner.type === 'text' ? inner.text : '')).join(''))
      }
      // A prefill is gone on with in words where an upstream demands that the user speaks last.
      if (part.type === 'text' && part.text !== 'Go on.') said.texts.push(...part.text.split('\n\n'))
      if (part.type !== 'tool-call') continue
      expect(part.id).toMatch(/^[a-zA-Z0-9_-]{1,20}$/)
      expect(part.name).toMatch(/^[a-zA-Z0-9_-]{1,20}$/)
      awaited.push(part.id)
      said.calls.push([names.get(part.name) ?? part.name, JSON.parse(part.argumentsText)])
    }
    if (parts.some(({ type }) => type === 'tool-result')) expect(awaited).toEqual([])
  }
  expect(awaited).toEqual([])
  return said
}

const NARROW = { toolNameMax: 20, callIdMax: 20 }

/** The list that grows with a conversation. */
const LIST: Readonly<Record<ProtocolId, string>> = {
  'openai-chat': 'messages',
  'openai-responses': 'input',
  'anthropic-messages': 'messages',
  gemini: 'contents',
}

describe('a conversation reaches every upstream whole (P-23 to P-40)', () => {
  it.each(PAIRS)('from an %s client to an %s upstream', (inbound, upstream) => {
    fc.assert(
      fc.property(rounds, (list) => {
        const { body, toolNames } = convert([inbound, upstream], WRITE[inbound](list), NARROW)
        expect(saidTo(decode(upstream, body), toolNames!)).toEqual(saidIn(list))
      }),
    )
  })

  it.each(PAIRS)(
    'and is written the same twice, a longer one beginning like the shorter: %s to %s',
    (inbound, upstream) => {
      fc.assert(
        fc.property(rounds, round, (list, more) => {
          const write = (each: readonly Round[]) =>
            convert([inbound, upstream], WRITE[inbound](each), NARROW).body
          expect(JSON.stringify(write(list))).toBe(JSON.stringify(write(structuredClone(list))))
          const listOf = (body: JsonObject) => body[LIST[upstream]] as readonly JsonObject[]
          const short = listOf(write(list))
          // A new turn may join the last one, or take the place of a word to go on; all before it must stay.
          const stable = short.slice(0, -2)
          expect(listOf(write([...list, more])).slice(0, stable.length)).toEqual(stable)
        }),
      )
    },
  )
})

describe('a request that is written for its own API says the same as before', () => {
  it.each(PROTOCOL_IDS)('for %s', (protocol) => {
    fc.assert(
      fc.property(rounds, (list) => {
        const plain = list.map((each) => ({
          ...each,
          calls: each.calls.map((call) => ({ ...call, id: 'c', name: 'read' })),
        }))
        const again = (body: JsonObject) => convert([protocol, protocol], body).body
        const once = again(WRITE[protocol](plain))
        // What is written once is in order: written again, nothing is left to change.
        expect(again(once)).toEqual(once)
      }),
    )
  })

  it.each(PROTOCOL_IDS)('with every wish that it has — %s', (protocol) => {
    const request: ChatRequest = {
      model: 'asked',
      turns: [
        { role: 'system', parts: [{ type: 'text', text: SYSTEM }] },
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'Look.' },
            { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } },
            { type: 'file', source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' } },
          ],
        },
      ],
      tools: [
        {
          kind: 'function',
          name: 'read',
          description: 'Reads.',
          parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
        },
      ],
      toolChoice: { type: 'named', name: 'read' },
      maxOutputTokens: 100,
      temperature: 0.5,
      reasoning: { mode: 'effort', effort: 'high', showThoughts: true },
      stream: false,
      includeUsage: false,
    }
    const target = { model: 'asked', stream: false, capabilities: CAPABILITIES[protocol] }
    const read = decode(protocol, CODECS[protocol].writeRequest(request, target).body)
    const { maxOutputTokens, turns, tools, toolChoice } = read
    const spoken = turns.flatMap(({ parts }) => parts.map(({ type }) => type))
    expect({ maxOutputTokens, toolChoice, spoken }).toEqual({
      maxOutputTokens: 100,
      toolChoice: { type: 'named', name: 'read' },
      spoken: ['text', 'text', 'image', 'file'],
    })
    expect(tools[0]).toMatchObject(request.tools[0]!)
  })
})
