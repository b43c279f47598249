import type { CancelSignal } from '../cancel-signal.ts'
import type { ChatRequest } from '../chat/chat-request.ts'
import { isJsonObject, type JsonObject } from '../chat/json.ts'
import type { SseEvent } from '../chat/sse-event.ts'
import type { Usage } from '../chat/usage.ts'
import type { DecodeContext, Protocol, RememberedAnswers } from '../protocols/protocol.ts'
import type { ClientAnswer } from '../relay/client-answer.ts'
import type { FramingKind } from '../relay/framing.ts'
import { headersToPassOn } from '../relay/passed-headers.ts'
import { type RequestBody, readRequestBody } from '../relay/read-body-json.ts'
import type { KeptAnswer, RelayRequest } from '../relay/relay-ports.ts'
import type { ResponseStore } from '../relay/response-store.ts'
import type { LogRow } from '../request-log/request-log.ts'
import type { BusinessPorts } from './business.ts'
import type { Exchange } from './exchange.ts'
import { corsHeaders } from './guard.ts'
import type { Match } from './match-route.ts'
import { NodeClientAnswer } from './node-client-answer.ts'

export type Admitted = Exchange & { readonly row: LogRow; readonly match: Match }

export function isAdmitted(exchange: Exchange): exchange is Admitted {
  return exchange.row !== undefined && exchange.match !== undefined
}

/** A request of a hot route whose body is here: what the relay carries. */
export class AcceptedRequest implements RelayRequest {
  readonly protocol: Protocol
  readonly passHeaders: Readonly<Record<string, string>>
  readonly provider: string | undefined
  readonly pin: string | undefined
  readonly framing: FramingKind
  readonly owner: string
  readonly keepAnswer: ((answer: KeptAnswer) => void) | undefined
  readonly requestId: string
  readonly client: ClientAnswer
  readonly row: LogRow
  readonly signal: CancelSignal
  readonly #exchange: Admitted
  readonly #ports: BusinessPorts
  /** Undefined where nobody needs it any more. */
  #body: RequestBody | undefined
  #head: ChatRequest | undefined
  #chat: ChatRequest | undefined

  /** Throws a `ChatError` where the body cannot be read as a request of the protocol. */
  constructor(exchange: Admitted, ports: BusinessPorts, protocol: Protocol, received: Received) {
    const { request, response, requestId, row, match, key, direct } = exchange
    this.#exchange = exchange
    this.#ports = ports
    this.protocol = protocol
    this.requestId = requestId
    this.row = row
    this.signal = received.signal
    this.owner = key?.id ?? direct?.owner ?? ''
    this.#body = readRequestBody(received.bytes, ports.settings().limits)
    this.#head = this.#decodeHead()
    this.framing = isJsonArray(match) ? 'json-array' : 'sse'
    this.keepAnswer =
      protocol.id === 'openai-responses'
        ? (kept) => keepResponse(ports.responses, this.owner, this.body.json, kept)
        : undefined
    this.passHeaders = headersToPassOn(request.headers)
    this.provider = match.provider
    this.pin = pinOf(request.headers)
    this.client = new NodeClientAnswer(response, {
      requestId,
      more: corsHeaders(request, exchange.facts),
      sendSmall: ports.sendSmall,
    })
  }

  get body(): RequestBody {
    return present(this.#body)
  }

  get head(): ChatRequest {
    return present(this.#head)
  }

  get chat(): ChatRequest {
    this.#chat ??= this.#decode(this.body.json)
    return this.#chat
  }

  letGo(): void {
    this.#body = undefined
    this.#head = undefined
    this.#chat = undefined
  }

  onUsage(usage: Usage): void {
    if (this.#exchange.key !== undefined) this.#ports.keyUse.addTokens(this.owner, usage)
  }

  elapsedMs(): number {
    return this.#ports.clock.monotonic() - this.#exchange.startedAt
  }

  /** Of a large body the outline is enough; what is wrong with an outline is said of the whole. */
  #decodeHead(): ChatRequest {
    const { outline } = this.body
    if (outline === undefined) return this.chat
    try {
      return this.#decode(outline)
    } catch {
      // A long text that was cut out may have been wanted: the whole tells.
      return this.chat
    }
  }

  #decode(json: JsonObject): ChatRequest {
    const { match } = this.#exchange
    return this.protocol.decodeRequest(json, decodeContext(match, this.#ports.responses.of(this.owner)))
  }
}

function present<T>(asked: T | undefined): T {
  if (asked === undefined) throw new Error('what was asked was let go of already')
  return asked
}

/** A request's body, and what ends the request. */
export type Received = { readonly bytes: Uint8Array; readonly signal: CancelSignal }

function pinOf(headers: Exchange['request']['headers']): string | undefined {
  const pin = headers['x-portside-account'] ?? headers['x-ds2-target-account']
  return typeof pin === 'string' && pin !== '' ? pin : undefined
}

/** Gemini streams one JSON array unless it is asked for events. */
function isJsonArray({ route, query }: Match): boolean {
  return route.id === 'gemini-stream' && !/[?&]alt=sse(&|$)/.test(query)
}

/** Gemini says the model and whether to stream in the path; Responses may point to earlier answers. */
function decodeContext(match: Match, remembered: RememberedAnswers): DecodeContext {
  if (match.route.protocol !== 'gemini') return { remembered }
  return { model: match.parameter ?? '', stream: match.route.id === 'gemini-stream' }
}

function keepResponse(store: ResponseStore, owner: string, body: JsonObject, kept: KeptAnswer): void {
  const response = 'body' in kept ? kept.body : responseIn(kept.events)
  if (response !== undefined) store.keep({ owner, body, response })
}

/** The terminal event of a stream of Responses holds the whole response. */
function responseIn(events: readonly SseEvent[]): JsonObject | undefined {
  const last = events.findLast(
    ({ event }) => event === 'response.completed' || event === 'response.incomplete',
  )
  const parsed: unknown = last === undefined ? undefined : JSON.parse(last.data)
  const response = isJsonObject(parsed) ? parsed.response : undefined
  return isJsonObject(response) ? response : undefined
}
