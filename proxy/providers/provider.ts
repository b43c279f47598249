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
  /** With `bridge`: the upstream has a switch for thinking. Absent: it thinks only where the prompt asks for it. */
  readonly thinking?: 'native'
  /** False where requests go out without a credential (a local server, the demo). */
  readonly needsAccount: boolean
  /** A session token is for account pages alone, beside the API key, and never stands in its place. */
  readonly separateSession?: true
  /** Requests of one account at a time, and the milliseconds between the starts of two; absent: as the pool's settings say. */
  readonly pacing?: { readonly inFlight: number; readonly betweenStartsMs: number }
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
  /** The models of an account, where `models` is empty. */
  listModels?(account: CallAccount, signal: AbortSignal): Promise<readonly ServedModel[]>
  /** Tries an account without asking a model. Resolves with a sentence; rejects with the `ChatError` that says why not. */
  testAccount?(account: CallAccount, signal: AbortSignal): Promise<string>
}

/** What is lent to a chat provider for one call. */
export type ChatCall = {
  readonly model: string
  readonly credential: string
  readonly account: CallAccount
  readonly signal: AbortSignal
}

/** The account that a call is made for, with what it signs in with. Nothing of it may reach a log or a message. */
export type CallAccount = {
  readonly id: string
  /** An API key or session token; empty where there is none (yet). */
  readonly credential: string
  readonly login?: { readonly email?: string; readonly mobile?: string; readonly password: string }
  /** For providers with a `separateSession`: the session token that stands beside the key. */
  readonly session?: string
  /** The caller's own token, for one request: nothing of it is kept, not even in memory. */
  readonly isDirect?: true
}

export type Provider = WireProvider | ChatProvider
