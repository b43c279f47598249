import { type Capabilities, DEFAULT_CAPABILITIES } from '../../proxy/chat/capabilities.ts'
import type { ChatRequest } from '../../proxy/chat/chat-request.ts'
import type { JsonObject } from '../../proxy/chat/json.ts'
import type { ProtocolId } from '../../proxy/chat/protocol-id.ts'
import { anthropicMessages } from '../../proxy/protocols/anthropic-messages/index.ts'
import { gemini } from '../../proxy/protocols/gemini/index.ts'
import { openaiChat } from '../../proxy/protocols/openai-chat/index.ts'
import { openaiResponses } from '../../proxy/protocols/openai-responses/index.ts'
import type { Protocol } from '../../proxy/protocols/protocol.ts'
import { anthropicCodec } from '../../proxy/providers/anthropic/index.ts'
import { geminiCodec } from '../../proxy/providers/gemini/index.ts'
import { openaiChatCodec } from '../../proxy/providers/openai-chat/index.ts'
import { openaiResponsesCodec } from '../../proxy/providers/openai-responses/index.ts'
import { PRESETS } from '../../proxy/providers/presets.ts'
import type { WireCodec, WrittenRequest } from '../../proxy/providers/wire-codec.ts'

export const PROTOCOL_IDS: readonly ProtocolId[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
]

/** All 16 ways from a client to an upstream. */
export const PAIRS = PROTOCOL_IDS.flatMap((inbound) =>
  PROTOCOL_IDS.map((upstream) => [inbound, upstream] as const),
)

export const PROTOCOLS: Readonly<Record<ProtocolId, Protocol>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
}

export const CODECS: Readonly<Record<ProtocolId, WireCodec>> = {
  'openai-chat': openaiChatCodec,
  'openai-responses': openaiResponsesCodec,
  'anthropic-messages': anthropicCodec,
  gemini: geminiCodec,
}

/** What the vendor of each API takes. */
export const CAPABILITIES: Readonly<Record<ProtocolId, Capabilities>> = {
  'openai-chat': { ...DEFAULT_CAPABILITIES, ...PRESETS.openai?.capabilities },
  'openai-responses': {
    ...DEFAULT_CAPABILITIES,
    ...PRESETS.openai?.capabilities,
    imagesInToolResults: true,
    customTools: true,
  },
  'anthropic-messages': { ...DEFAULT_CAPABILITIES, ...PRESETS.anthropic?.capabilities, sampling: true },
  gemini: { ...DEFAULT_CAPABILITIES, ...PRESETS.gemini?.capabilities },
}

export function decode(protocol: ProtocolId, body: JsonObject): ChatRequest {
  // Bodies come off a wire: what JSON cannot say is not in them.
  return PROTOCOLS[protocol].decodeRequest(JSON.parse(JSON.stringify(body)), {
    model: 'asked',
    stream: false,
  })
}

/** What an upstream is sent for a request of a client. */
export function convert(
  [inbound, upstream]: readonly [ProtocolId, ProtocolId],
  body: JsonObject,
  capabilities: Partial<Capabilities> = {},
): WrittenRequest {
  return CODECS[upstream].writeRequest(decode(inbound, body), {
    model: 'asked',
    stream: false,
    capabilities: { ...CAPABILITIES[upstream], ...capabilities },
  })
}
