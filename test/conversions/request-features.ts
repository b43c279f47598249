import { type Capabilities, DEFAULT_CAPABILITIES } from '../../proxy/chat/capabilities.ts'
import { wrapCarrier } from '../../proxy/chat/carrier.ts'
import type { ChatRequest, OpaqueCarrier, Part, Tool, Turn } from '../../proxy/chat/chat-request.ts'
import type { JsonObject } from '../../proxy/chat/json.ts'
import type { ProtocolId } from '../../proxy/chat/protocol-id.ts'

/** Something that a client may ask for: how it says so, and how to find it in what an upstream was sent. */
export type RequestFeature = {
  readonly name: string
  readonly request: Partial<ChatRequest>
  readonly has: (request: ChatRequest) => boolean
  /** What is written where it can only be asked for in words. */
  readonly inWords?: RegExp
  /** What clients send, where the canonical request cannot say it for them. */
  readonly sent?: (inbound: ProtocolId, upstream: ProtocolId) => JsonObject | undefined
}

/** All that an API can say: so much a client of it may send. */
export const ANY_CAPABILITIES: Capabilities = {
  ...DEFAULT_CAPABILITIES,
  imagesInToolResults: true,
  wantsReasoningBack: true,
  developerRole: true,
  cacheControl: true,
  thinkingStyle: 'budget',
  effortLevels: ['none', 'low', 'medium', 'high'],
  customTools: true,
}

const text = (said: string) => ({ type: 'text', text: said }) as const
const user = (...parts: readonly Part[]): Turn => ({ role: 'user', parts })
const image = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } } as const
const read: Tool = {
  kind: 'function',
  name: 'read',
  parameters: { type: 'object', properties: { a: { type: 'string' } } },
}
const call = (id: string) =>
  ({ type: 'tool-call', id, name: 'read', argumentsText: '{"a":"b"}', kind: 'function' }) as const
const result = (callId: string, more: object = {}): Part => ({
  type: 'tool-result',
  callId,
  parts: [text(`given by ${callId}`)],
  isError: false,
  kind: 'function',
  ...more,
})
const inTurns = (turns: readonly Turn[]): Partial<ChatRequest> => ({ turns, tools: [read] })
const inParts = (test: (part: Part) => boolean) => (request: ChatRequest) =>
  request.turns.some(({ parts }) => parts.some(test))
const results = (request: ChatRequest) =>
  request.turns.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'tool-result' ? [part] : [])))

/** An assistant turn that gives opaque data back, as a client of each API holds it. */
function givingBack(inbound: ProtocolId, carrier: OpaqueCarrier): JsonObject | undefined {
  const data = wrapCarrier(carrier, inbound)
  switch (inbound) {
    case 'openai-chat':
      return undefined
    case 'openai-responses':
      return {
        model: 'asked',
        input: [
          { role: 'user', content: 'Hi' },
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: data },
          { role: 'assistant', content: 'Yes.' },
          { role: 'user', content: 'And?' },
        ],
      }
    case 'anthropic-messages': {
      const content = [
        { type: 'thinking', thinking: 'Hm.', signature: data },
        { type: 'text', text: 'Yes.' },
      ]
      const messages = [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content },
        { role: 'user', content: 'And?' },
      ]
      return { model: 'asked', max_tokens: 9, messages }
    }
    case 'gemini': {
      const parts = [{ text: 'Hm.', thought: true, thoughtSignature: data }, { text: 'Yes.' }]
      return {
        contents: [{ parts: [{ text: 'Hi' }] }, { role: 'model', parts }, { parts: [{ text: 'And?' }] }],
      }
    }
  }
}

const signed = inParts((part) => part.type === 'thinking' && part.signature?.data === 'c2ln')
const next = (upstream: ProtocolId): ProtocolId => (upstream === 'gemini' ? 'anthropic-messages' : 'gemini')

const PLAIN: Readonly<Record<ProtocolId, JsonObject>> = {
  'openai-chat': { model: 'asked', messages: [{ role: 'user', content: 'Hi' }] },
  'openai-responses': { model: 'asked', input: 'Hi' },
  'anthropic-messages': { model: 'asked', messages: [{ role: 'user', content: 'Hi' }] },
  gemini: { contents: [{ parts: [{ text: 'Hi' }] }] },
}

const HOSTED: Readonly<Record<ProtocolId, JsonObject>> = {
  'openai-chat': { type: 'web_search' },
  'openai-responses': { type: 'web_search' },
  'anthropic-messages': { type: 'web_search_20250305', name: 'web_search' },
  gemini: { googleSearch: {} },
}

export const REQUEST_FEATURES: readonly RequestFeature[] = [
  {
    name: 'system text',
    request: { turns: [{ role: 'system', parts: [text('Be brief.')] }, user(text('Hi'))] },
    has: ({ turns }) => turns[0]?.role === 'system' && JSON.stringify(turns[0]).includes('Be brief.'),
  },
  {
    name: 'system text in the middle',
    request: { turns: [user(text('Hi')), { role: 'system', parts: [text('Mind.')] }] },
    has: ({ turns }) => turns[0]?.role === 'user' && turns.at(-1)?.role === 'system',
    inWords: /Mind\./,
    sent: (inbound) =>
      inbound === 'anthropic-messages'
        ? {
            model: 'asked',
            messages: [
              { role: 'user', content: 'Hi' },
              { role: 'system', content: 'Mind.' },
            ],
          }
        : undefined,
  },
  {
    name: 'images',
    request: { turns: [user(text('Look.'), image)] },
    has: inParts((part) => part.type === 'image' && part.source.kind === 'base64'),
  },
  {
    name: 'images by address',
    request: { turns: [user({ type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } })] },
    has: inParts((part) => part.type === 'image' && part.source.kind === 'url'),
  },
  {
    name: 'PDF files',
    request: {
      turns: [user({ type: 'file', source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' } })],
    },
    has: inParts((part) => part.type === 'file'),
  },
  {
    name: 'audio',
    request: { turns: [user({ type: 'audio', data: 'BBBB', format: 'wav' })] },
    has: inParts((part) => part.type === 'audio'),
    sent: (inbound) =>
      inbound === 'openai-responses'
        ? {
            model: 'asked',
            input: [
              {
                role: 'user',
                content: [{ type: 'input_audio', input_audio: { data: 'BBBB', format: 'wav' } }],
              },
            ],
          }
        : undefined,
  },
  {
    name: 'function tools',
    request: { turns: [user(text('Hi'))], tools: [read] },
    has: ({ tools }) => tools.some((tool) => tool.kind === 'function' && tool.name === 'read'),
  },
  {
    name: 'tools that take free text',
    request: { turns: [user(text('Hi'))], tools: [{ kind: 'custom', name: 'patch' }] },
    has: ({ tools }) => tools.some((tool) => tool.kind === 'custom'),
    inWords: /"input":\{"type":"string"/,
  },
  {
    name: 'tools in a namespace',
    request: {},
    has: ({ tools }) => tools.some((tool) => tool.kind === 'function' && tool.namespace === 'fs'),
    inWords: /fs__read/,
    sent: (inbound) =>
      inbound === 'openai-responses'
        ? {
            model: 'asked',
            input: 'Hi',
            tools: [{ type: 'namespace', name: 'fs', tools: [{ type: 'function', name: 'read' }] }],
          }
        : undefined,
  },
  {
    name: 'tools that the vendor runs',
    request: {},
    has: ({ tools }) => tools.some((tool) => tool.kind === 'hosted'),
    sent: (inbound) => ({ ...PLAIN[inbound], tools: [HOSTED[inbound]] }),
  },
  {
    name: 'choice of a tool',
    request: { turns: [user(text('Hi'))], tools: [read], toolChoice: { type: 'named', name: 'read' } },
    has: ({ toolChoice }) => toolChoice?.type === 'named',
  },
  {
    name: 'one call at a time',
    request: { turns: [user(text('Hi'))], tools: [read], parallelToolCalls: false },
    has: ({ parallelToolCalls }) => parallelToolCalls === false,
  },
  {
    name: 'parallel calls and their results',
    request: inTurns([
      user(text('Hi')),
      { role: 'assistant', parts: [call('a'), call('b')] },
      user(result('a'), result('b')),
    ]),
    has: (request) =>
      results(request).length === 2 && JSON.stringify(results(request)[1]).includes('given by b'),
  },
  {
    name: 'results that are errors',
    request: inTurns([
      user(text('Hi')),
      { role: 'assistant', parts: [call('a')] },
      user(result('a', { isError: true })),
    ]),
    has: (request) => results(request).some(({ isError }) => isError),
    inWords: /Error:/,
  },
  {
    name: 'images in results',
    request: inTurns([
      user(text('Hi')),
      { role: 'assistant', parts: [call('a')] },
      user(result('a', { parts: [image] })),
    ]),
    has: (request) => results(request).some(({ parts }) => parts.some(({ type }) => type === 'image')),
    inWords: /AAAA/,
  },
  {
    name: 'thinking of earlier turns, unsigned',
    request: inTurns([
      user(text('Hi')),
      { role: 'assistant', parts: [{ type: 'thinking', text: 'Hm.' }, call('a')] },
      user(result('a')),
    ]),
    has: inParts((part) => part.type === 'thinking' && part.text === 'Hm.'),
    sent: (inbound) => givingBack(inbound, { origin: inbound, data: '' }),
  },
  {
    name: 'signatures that the upstream made',
    request: {},
    has: signed,
    sent: (inbound, upstream) => givingBack(inbound, { origin: upstream, data: 'c2ln' }),
  },
  {
    name: 'signatures that another upstream made',
    request: {},
    has: signed,
    sent: (inbound, upstream) => givingBack(inbound, { origin: next(upstream), data: 'c2ln' }),
  },
  {
    name: 'answer by a JSON schema',
    request: {
      turns: [user(text('Hi'))],
      answerFormat: {
        type: 'json-schema',
        name: 'a',
        schema: { type: 'object', properties: { a: { type: 'string' } } },
      },
    },
    has: ({ answerFormat }) => answerFormat?.type === 'json-schema',
    inWords: /Answer with one JSON/,
  },
  {
    name: 'answer in JSON',
    request: { turns: [user(text('Hi'))], answerFormat: { type: 'json' } },
    has: ({ answerFormat }) => answerFormat?.type === 'json',
    inWords: /Answer with one JSON/,
  },
  {
    name: 'output limit',
    request: { turns: [user(text('Hi'))], maxOutputTokens: 99 },
    has: ({ maxOutputTokens }) => maxOutputTokens === 99,
  },
  {
    name: 'stop sequences',
    request: { turns: [user(text('Hi'))], stopSequences: ['END'] },
    has: ({ stopSequences }) => stopSequences?.[0] === 'END',
  },
  {
    name: 'temperature',
    request: { turns: [user(text('Hi'))], temperature: 0.5 },
    has: ({ temperature }) => temperature === 0.5,
  },
  { name: 'top_k', request: { turns: [user(text('Hi'))], topK: 7 }, has: ({ topK }) => topK === 7 },
  { name: 'seed', request: { turns: [user(text('Hi'))], seed: 7 }, has: ({ seed }) => seed === 7 },
  {
    name: 'effort of thinking',
    request: {
      turns: [user(text('Hi'))],
      maxOutputTokens: 60_000,
      reasoning: { mode: 'effort', effort: 'high' },
    },
    has: ({ reasoning }) => reasoning?.effort === 'high' || (reasoning?.budgetTokens ?? 0) > 0,
  },
  {
    name: 'no thinking',
    request: { turns: [user(text('Hi'))], reasoning: { mode: 'off' } },
    has: ({ reasoning }) => reasoning?.mode === 'off',
  },
  {
    name: 'id of the end user',
    request: { turns: [user(text('Hi'))], user: 'u1' },
    has: (request) => request.user === 'u1',
  },
  {
    name: 'cache marks',
    request: { turns: [user({ ...text('Hi'), cacheControl: { type: 'ephemeral' } })] },
    has: inParts((part) => 'cacheControl' in part && part.cacheControl !== undefined),
  },
  {
    name: 'more than one answer',
    request: {},
    has: ({ answerCount }) => answerCount === 2,
    sent: (inbound) => {
      if (inbound === 'openai-chat')
        return { model: 'asked', messages: [{ role: 'user', content: 'Hi' }], n: 2 }
      if (inbound !== 'gemini') return undefined
      return { contents: [{ parts: [{ text: 'Hi' }] }], generationConfig: { candidateCount: 2 } }
    },
  },
]
