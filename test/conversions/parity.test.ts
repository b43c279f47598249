import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { foldAnswer } from '../../proxy/chat/chat-answer.ts'
import { ChatError } from '../../proxy/chat/chat-error.ts'
import type { ProtocolId } from '../../proxy/chat/protocol-id.ts'
import type { StreamPart } from '../../proxy/chat/stream-part.ts'
import { readArguments } from '../../proxy/chat/tool-arguments.ts'
import type { AnswerContext } from '../../proxy/protocols/protocol.ts'
import { readRecordings } from '../support/recorded.ts'
import { answering, sseText } from '../support/sse-text.ts'
import { CODECS, PROTOCOL_IDS, PROTOCOLS } from './convert.ts'

/** Every recorded answer of all upstreams that ended well. */
const answers = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'].flatMap((provider) =>
  readRecordings(new URL(`../../proxy/providers/${provider}/fixtures/`, import.meta.url))
    .filter(({ parts }) => parts.at(-1)?.type === 'finish')
    .map(({ name, parts }) => ({
      name: `${provider} ${name}`,
      parts: parts.flatMap((part): StreamPart[] => (part.type === 'error' ? [] : [part])),
    })),
)

const context: AnswerContext = {
  requestId: 'req1',
  model: 'asked',
  createdAt: 1_794_000_000,
  request: {
    model: 'asked',
    turns: [],
    tools: [],
    stream: true,
    includeUsage: true,
    reasoning: { mode: 'adaptive', showThoughts: true },
  },
}

function eventsOf(protocol: ProtocolId, parts: readonly StreamPart[]) {
  const encoder = PROTOCOLS[protocol].createStreamEncoder(context)
  return parts.flatMap((part) => encoder.push(part))
}

const options = (text: string) => ({
  apiKey: 'x',
  baseURL: 'http://x.test',
  fetch: answering(text),
  maxRetries: 0,
})

describe('a streamed answer and a whole one say the same', () => {
  it.each(answers)('to a Responses client that counts on its SDK — $name', async ({ parts }) => {
    const client = new OpenAI(options(sseText(eventsOf('openai-responses', parts))))
    const response = await client.responses.stream({ model: 'asked', input: 'x' }).finalResponse()
    const whole = PROTOCOLS['openai-responses'].encodeAnswer(foldAnswer(parts)!, context)
    expect(response).toMatchObject(JSON.parse(JSON.stringify(whole)))
  })

  // What is told by one of our encoders must be what our own readers read: it is how upstreams tell it.
  it.each(PROTOCOL_IDS.flatMap((protocol) => answers.map((answer) => ({ ...answer, protocol }))))(
    'to an upstream’s reader of $protocol — $name',
    ({ protocol, parts }) => {
      const reader = CODECS[protocol].createStreamReader()
      const read = [...eventsOf(protocol, parts).flatMap((event) => reader.push(event)), ...reader.end()]
      const answer = foldAnswer(parts)!
      // Calls that an output limit cut are told in each API's own way.
      if (answer.parts.some((part) => part.type === 'tool-call' && part.argumentsText.endsWith('onc'))) return
      const whole = CODECS[protocol].readAnswer(
        JSON.parse(JSON.stringify(PROTOCOLS[protocol].encodeAnswer(answer, context))),
      )
      expect(tell(foldAnswer(read)!)).toEqual(tell(whole))
    },
  )
})

/** What an answer says: neighbours joined, calls apart, arguments as values. */
function tell({ parts, finish, usage }: NonNullable<ReturnType<typeof foldAnswer>>) {
  const texts = (type: string) =>
    parts.map((part) => (part.type === type && 'text' in part ? part.text : '')).join('')
  const calls = parts.flatMap((part) => {
    if (part.type !== 'tool-call') return []
    const { id, name, kind, argumentsText } = part
    return [{ id, name, kind, input: kind === 'custom' ? argumentsText : readArguments(argumentsText) }]
  })
  const byId = calls.toSorted((a, b) => a.id.localeCompare(b.id))
  return { text: texts('text'), thinking: texts('thinking'), refusal: texts('refusal'), byId, finish, usage }
}

describe('heartbeats between frames', () => {
  const parts = answers.find(({ name }) => name === 'openai-responses parallel-calls')!.parts
  const beaten = (protocol: ProtocolId) => {
    const { heartbeat } = PROTOCOLS[protocol]
    const frames = eventsOf(protocol, parts).map((event) => sseText([event]))
    return heartbeat + frames.join(heartbeat)
  }

  it('are passed over by the SDKs that bear them (P-83, P-99)', async () => {
    const chat = new OpenAI(options(beaten('openai-chat')))
    const completion = await chat.chat.completions
      .stream({ model: 'asked', messages: [] })
      .finalChatCompletion()
    expect(completion.choices[0]?.message.tool_calls).toHaveLength(3)
    const responses = new OpenAI(options(beaten('openai-responses')))
    const response = await responses.responses.stream({ model: 'asked', input: 'x' }).finalResponse()
    expect(response.output).toHaveLength(4)
    const messages = new Anthropic(options(beaten('anthropic-messages')))
    const message = await messages.messages
      .stream({ model: 'asked', max_tokens: 1, messages: [] })
      .finalMessage()
    expect(message.content).toHaveLength(4)
  })

  it('are none where clients die on them', () => {
    expect(PROTOCOLS.gemini.heartbeat).toBe('')
  })
})

describe('an error in every API', () => {
  it.each(PROTOCOL_IDS)('is read again as the same kind — %s (P-100, P-118)', (protocol) => {
    for (const kind of ['rate-limited', 'overloaded', 'invalid-request', 'context-too-long'] as const) {
      const error = new ChatError(kind, 'prompt is too long or so', { code: undefined! })
      const { status, body } = PROTOCOLS[protocol].encodeError(error, 'req1')
      const read = CODECS[protocol].readError({ status, headers: {}, text: JSON.stringify(body) })
      // These words make any wrong request one that is too long.
      expect(read.kind).toBe(kind === 'invalid-request' ? 'context-too-long' : kind)
    }
  })
})
