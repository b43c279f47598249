import { unwrapCarrier } from '../../proxy/chat/carrier.ts'
import type { AnswerPart, ChatAnswer } from '../../proxy/chat/chat-answer.ts'
import type { OpaqueCarrier } from '../../proxy/chat/chat-request.ts'
import type { ProtocolId } from '../../proxy/chat/protocol-id.ts'
import type { Usage } from '../../proxy/chat/usage.ts'

/** Something that an answer may hold: the answer of an upstream, and how to find it in what a client was sent. */
export type AnswerFeature = {
  readonly name: string
  readonly answer: (upstream: ProtocolId) => ChatAnswer
  /** `reader` is the API in which the answer was told. */
  readonly has: (answer: ChatAnswer, reader: ProtocolId) => boolean
  /** Whether it arrived in another form. */
  readonly inWords?: (answer: ChatAnswer) => boolean
}

const USAGE: Usage = {
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 60,
  cacheWriteTokens: 10,
  reasoningTokens: 5,
}
const YES: AnswerPart = { type: 'text', text: 'Yes.' }
const call = (id: string, more: object = {}): AnswerPart => ({
  type: 'tool-call',
  id,
  name: 'read',
  argumentsText: '{"a":"b"}',
  kind: 'function',
  ...more,
})

function saying(parts: readonly AnswerPart[], more: Partial<ChatAnswer> = {}): ChatAnswer {
  return { parts, finish: 'stop', usage: USAGE, ...more }
}

const isOurs = (carrier: OpaqueCarrier | undefined, reader: ProtocolId) =>
  carrier !== undefined && unwrapCarrier(carrier.data, reader)?.carrier.data === 'c2ln'
const counts =
  (name: keyof Usage): AnswerFeature['has'] =>
  ({ usage }) =>
    usage[name] === USAGE[name]

export const ANSWER_FEATURES: readonly AnswerFeature[] = [
  {
    name: 'text',
    answer: () => saying([YES]),
    has: ({ parts }) => parts.some((part) => part.type === 'text' && part.text === 'Yes.'),
  },
  {
    name: 'thinking',
    answer: () => saying([{ type: 'thinking', text: 'Hm.' }, YES]),
    has: ({ parts }) => parts.some((part) => part.type === 'thinking' && part.text === 'Hm.'),
  },
  {
    name: 'signature of thinking',
    answer: (origin) => saying([{ type: 'thinking', text: 'Hm.', signature: { origin, data: 'c2ln' } }, YES]),
    has: ({ parts }, reader) =>
      parts.some((part) => part.type === 'thinking' && isOurs(part.signature, reader)),
  },
  {
    name: 'thinking that is hidden',
    answer: (origin) => saying([{ type: 'redacted-thinking', carrier: { origin, data: 'c2ln' } }, YES]),
    has: ({ parts }, reader) =>
      parts.some(
        (part) =>
          (part.type === 'redacted-thinking' && isOurs(part.carrier, reader)) ||
          (part.type === 'thinking' && part.text === '' && isOurs(part.signature, reader)),
      ),
  },
  {
    name: 'parallel calls',
    answer: () => saying([call('a'), call('b')], { finish: 'tool-calls' }),
    has: ({ parts, finish }) =>
      finish === 'tool-calls' && parts.filter(({ type }) => type === 'tool-call').length === 2,
  },
  {
    name: 'signature of a call',
    answer: (origin) =>
      saying([call('a', { signature: { origin, data: 'c2ln' } })], { finish: 'tool-calls' }),
    has: ({ parts }, reader) =>
      parts.some((part) => part.type === 'tool-call' && isOurs(part.signature, reader)),
  },
  {
    name: 'refusal in words',
    answer: () => saying([{ type: 'refusal', text: 'No.' }], { finish: 'refused' }),
    has: ({ parts }) => parts.some((part) => part.type === 'refusal'),
    inWords: ({ parts, finish }) =>
      finish === 'refused' && parts.some((part) => part.type === 'text' && part.text === 'No.'),
  },
  {
    name: 'end by a filter',
    answer: () => saying([YES], { finish: 'refused' }),
    has: ({ finish }) => finish === 'refused',
  },
  {
    name: 'end by the output limit',
    answer: () => saying([YES], { finish: 'length' }),
    has: ({ finish }) => finish === 'length',
  },
  {
    name: 'stop sequence that ended it',
    answer: () => saying([YES], { stopSequence: 'END' }),
    has: ({ stopSequence }) => stopSequence === 'END',
  },
  {
    name: 'usage',
    answer: () => saying([YES]),
    has: (answer, reader) => counts('inputTokens')(answer, reader) && counts('outputTokens')(answer, reader),
  },
  { name: 'cached tokens', answer: () => saying([YES]), has: counts('cacheReadTokens') },
  { name: 'tokens written to the cache', answer: () => saying([YES]), has: counts('cacheWriteTokens') },
  { name: 'tokens of thinking', answer: () => saying([YES]), has: counts('reasoningTokens') },
]
