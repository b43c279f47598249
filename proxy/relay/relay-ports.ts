import type { Settings } from '../../contract/settings.ts'
import type { CancelSignal } from '../cancel-signal.ts'
import type { ChatRequest } from '../chat/chat-request.ts'
import type { JsonObject } from '../chat/json.ts'
import type { SseEvent } from '../chat/sse-event.ts'
import type { Usage } from '../chat/usage.ts'
import type { Clock } from '../clock.ts'
import type { AccountPool } from '../pool/account-pool.ts'
import type { Protocol } from '../protocols/protocol.ts'
import type { Provider } from '../providers/provider.ts'
import type { LogRow } from '../request-log/request-log.ts'
import type { ClientAnswer } from './client-answer.ts'
import type { FramingKind } from './framing.ts'
import type { RequestBody } from './read-body-json.ts'
import type { ReasoningCache } from './reasoning-cache.ts'

/** Finds who can serve a model name. Throws `model-not-found`, naming the models there are. */
export type RouteModel = (name: string, provider: string | undefined) => readonly ModelRoute[]

export type ModelRoute = {
  readonly provider: string
  readonly model: string
  /** The name that was asked for is that of a thinking model which the tool bridge makes. */
  readonly wantsThinking?: true
}

/** What the relay needs of the rooms around it. */
export type RelayPorts = {
  readonly pool: AccountPool
  readonly routeModel: RouteModel
  readonly provider: (id: string) => Provider
  readonly settings: () => Settings
  readonly clock: Clock
  /** 0 to 1, for jitter. */
  readonly random: () => number
  /** Whether this machine has any network beyond itself. */
  readonly hasNetwork: () => boolean
  /** What models thought before their calls. */
  readonly reasoning: ReasoningCache
  /** Requests being relayed now, and how many of them are in a second or later attempt: the retry budget looks at both. */
  readonly traffic: { active: number; retrying: number }
}

export type KeptAnswer = { readonly body: JsonObject } | { readonly events: readonly SseEvent[] }

/** One request on its way through the proxy. */
export type RelayRequest = {
  readonly protocol: Protocol
  readonly body: RequestBody
  /** What is asked; long texts in it may be cut out. All that is needed where the bytes go on as they came. */
  readonly head: ChatRequest
  /** What is asked, whole; decoded when it is first looked at. Throws a `ChatError` where it cannot be. */
  readonly chat: ChatRequest
  /**
   * Lets go of what was asked, which may be large and outlive its use by minutes: called once the answer goes on as it
   * comes. `body`, `head` and `chat` throw from then on.
   */
  letGo?(): void
  /** Headers that go on to an upstream of the same protocol. */
  readonly passHeaders: Readonly<Record<string, string>>
  /** The provider named by the path's prefix. */
  readonly provider?: string | undefined
  readonly pin?: string | undefined
  /** How a streamed answer stands on the wire. */
  readonly framing: FramingKind
  /** Whose memory may be used: the local key's id. */
  readonly owner: string
  /** Told of a complete translated answer, as its last events or its body. */
  readonly keepAnswer?: ((answer: KeptAnswer) => void) | undefined
  /** Told once after each attempt what it used, as far as the upstream said. */
  onUsage?(usage: Usage): void
  readonly requestId: string
  readonly client: ClientAnswer
  readonly row: LogRow
  /** Milliseconds since the request's first byte. */
  elapsedMs(): number
  /** Aborts with a `ChatError`: `cancelled` when the client is gone, `draining` when Portside stops. */
  readonly signal: CancelSignal
}
