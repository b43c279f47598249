import type { Capabilities } from '../chat/capabilities.ts'
import type { ChatRequest } from '../chat/chat-request.ts'
import type { StreamPart } from '../chat/stream-part.ts'
import type { FetchUpstream } from '../upstream/fetch-upstream.ts'
import type { WireCodec } from './wire-codec.ts'

/** A model that a provider serves. */
export type ServedModel = {
  /** The name that clients ask for. */
  readonly id: string
  /** The upstream's own name. */
  readonly upstream: string
  readonly displayName?: string | undefined
  readonly maxInputTokens?: number | undefined
  readonly maxOutputTokens?: number | undefined
}

export type ProviderInfo = {
  readonly id: string
  readonly type: string
  readonly displayName: string
  readonly baseUrl: string | null
  readonly preset: string | null
  readonly toolMode: 'native' | 'bridge'
  /** False where requests go out without a credential (a local server, the demo). */
  readonly needsAccount: boolean
}

/** An upstream that speaks one of the wire protocols: its codec, and the way to it. */
export type WireProvider = {
  readonly kind: 'wire'
  readonly info: ProviderInfo
  readonly codec: WireCodec
  readonly baseUrl: URL
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: FetchUpstream
  /** Models from the settings; empty means: ask the upstream. */
  readonly models: readonly ServedModel[]
  capabilitiesOf(model: string): Capabilities
}

/** An upstream with a way of its own (a web plan, the demo): it takes a canonical request and gives parts. */
export type ChatProvider = {
  readonly kind: 'chat'
  readonly info: ProviderInfo
  readonly models: readonly ServedModel[]
  streamChat(request: ChatRequest, call: ChatCall): AsyncIterable<StreamPart>
}

/** What is lent to a chat provider for one call. */
export type ChatCall = { readonly model: string; readonly credential: string; readonly signal: AbortSignal }

export type Provider = WireProvider | ChatProvider
