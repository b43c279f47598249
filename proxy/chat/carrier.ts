import type { ChatRequest, OpaqueCarrier, Part } from './chat-request.ts'
import type { ProtocolId } from './protocol-id.ts'

const MARK = 'portside.'
const HIDDEN = 'redacted.'
/** `portside.` in base64: nine bytes give twelve characters without a rest, so every such text begins with it. */
const MARK_IN_BASE64 = 'cG9ydHNpZGUu'
const ORIGINS: readonly ProtocolId[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini']

/** What a field for opaque data holds: whose it is, and whether it stands for reasoning that is hidden altogether. */
export type CarriedData = { readonly carrier: OpaqueCarrier; readonly isHidden: boolean }

/**
 * Writes opaque data into a field of `home`'s. Its own data goes as it is; that of another origin is marked with its
 * name, so that a client can carry it back to us and nobody else takes it for `home`'s.
 */
export function wrapCarrier(carrier: OpaqueCarrier, home: ProtocolId, isHidden = false): string {
  if (carrier.origin === home) return carrier.data
  const text = `${MARK}${carrier.origin}.${isHidden ? HIDDEN : ''}${carrier.data}`
  // Gemini's field is bytes: its SDKs refuse what is not base64.
  return home === 'gemini' ? Buffer.from(text, 'utf8').toString('base64') : text
}

/** Reads such a field. What is not marked is `home`'s own; a mark of an origin that is not known gives undefined. */
export function unwrapCarrier(data: string, home: ProtocolId): CarriedData | undefined {
  const text = home === 'gemini' && data.startsWith(MARK_IN_BASE64) ? fromBase64(data) : data
  if (!text.startsWith(MARK)) return { carrier: { origin: home, data }, isHidden: false }
  const origin = ORIGINS.find((id) => text.startsWith(`${MARK}${id}.`))
  if (origin === undefined) return undefined
  const rest = text.slice(MARK.length + origin.length + 1)
  const isHidden = rest.startsWith(HIDDEN)
  return { carrier: { origin, data: isHidden ? rest.slice(HIDDEN.length) : rest }, isHidden }
}

/** Gemini's SDKs send base64 in either alphabet. */
function fromBase64(data: string): string {
  return Buffer.from(data, 'base64').toString('utf8')
}

/**
 * Whether a request gives back opaque data that is not its own protocol's: then its bytes must not be passed through,
 * for the upstream would refuse what it never made.
 */
export function hasForeignCarrier(request: ChatRequest, home: ProtocolId): boolean {
  return request.turns.some(({ parts }) =>
    parts.some((part) => {
      const origin = carrierOf(part)?.origin
      return origin !== undefined && origin !== home
    }),
  )
}

function carrierOf(part: Part): OpaqueCarrier | undefined {
  if (part.type === 'redacted-thinking') return part.carrier
  return part.type === 'thinking' || part.type === 'tool-call' ? part.signature : undefined
}
