import type { Settings } from '../../contract/settings.ts'
import { ChatError, toChatError } from '../chat/chat-error.ts'
import type { ChatRequest } from '../chat/chat-request.ts'
import { isJsonObject, type JsonObject } from '../chat/json.ts'
import type { ProtocolId } from '../chat/protocol-id.ts'
import type { SseEvent } from '../chat/sse-event.ts'
import type { Clock } from '../clock.ts'
import type { DecodeContext, Protocol, RememberedAnswers } from '../protocols/protocol.ts'
import { headersToPassOn } from '../relay/passed-headers.ts'
import { type RequestBody, readRequestBody } from '../relay/read-body-json.ts'
import type { KeptAnswer, RelayRequest } from '../relay/relay-ports.ts'
import type { ResponseStore } from '../relay/response-store.ts'
import { answerFailure, COMMON_HEADERS } from './answer-failure.ts'
import type { Exchange } from './exchange.ts'
import { errorProtocol } from './exchange.ts'
import { corsHeaders } from './guard.ts'
import type { Idempotency } from './idempotency.ts'
import { requireModelAllowed } from './key-allows.ts'
import type { KeyUse } from './key-limits.ts'
import type { Match } from './match-route.ts'
import { createNodeClientAnswer } from './node-client-answer.ts'
import { readBody } from './read-body.ts'

export type BusinessPorts = {
  readonly protocols: Readonly<Record<string, Protocol>>
  readonly settings: () => Settings
  readonly clock: Clock
  /** Answers that later requests may point to. */
  readonly responses: ResponseStore
  readonly keyUse: KeyUse
  readonly relay: (request: RelayRequest) => Promise<void>
  readonly idempotency: Idempotency
  /** Requests being relayed, each with the way to stop it; draining uses it. */
  readonly active: Set<AbortController>
}

/** The hot routes: reads the body, decodes it, and hands it to the relay. Never rejects. */
export async function handleBusiness(exchange: Exchange, ports: BusinessPorts): Promise<void> {
  const protocol = protocolOf(exchange, ports.protocols)
  const abort = new AbortController()
  ports.active.add(abort)
  const onClose = () => {
    if (!exchange.response.writableFinished)
      abort.abort(new ChatError('cancelled', 'The client closed the connection'))
  }
  exchange.response.on('close', onClose)
  let end: (() => void) | undefined
  try {
    const relayRequest = await readRequest(exchange, ports, protocol, abort.signal)
    end = beginKeyed(exchange, relayRequest, ports)
    await ports.relay(relayRequest)
  } catch (thrown) {
    answerFailure(
      exchange,
      toChatError(abort.signal.aborted ? abort.signal.reason : thrown),
      protocol,
      ports.settings().retry.retryAfterMaxMs,
    )
  } finally {
    end?.()
    exchange.response.off('close', onClose)
    ports.active.delete(abort)
  }
}

/** Without an `Idempotency-Key` nothing is held against anything. */
function beginKeyed(
  { request }: Exchange,
  { owner, body }: RelayRequest,
  ports: BusinessPorts,
): (() => void) | undefined {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return undefined
  return ports.idempotency.begin({ owner, path: request.url ?? '', key, body: body.bytes })
}

export function protocolOf(exchange: Exchange, protocols: Readonly<Record<string, Protocol>>): Protocol {
  const id: ProtocolId = errorProtocol(exchange)
  const protocol = protocols[id]
  if (protocol === undefined) throw new Error(`no protocol ${id}`)
  return protocol
}

async function readRequest(
  exchange: Exchange,
  ports: BusinessPorts,
  protocol: Protocol,
  signal: AbortSignal,
): Promise<RelayRequest> {
  const { request, response, requestId, row, match, startedAt } = exchange
  if (row === undefined || match === undefined) throw new Error('a business request has a row and a match')
  const { limits } = ports.settings()
  const bytes = await readBody(request, limits.bodyBytes)
  row.captureRequest(bytes)
  row.update({ requestBytes: bytes.length })
  const body = readRequestBody(bytes, limits)
  const owner = exchange.key?.id ?? ''
  const decode = (json: JsonObject) =>
    protocol.decodeRequest(json, decodeContext(match, ports.responses.of(owner)))
  const { head, readWhole } = decodeHead(body, decode)
  row.update({ modelIn: head.model, stream: head.stream })
  requireModelAllowed(exchange.key, head.model)
  const pin = request.headers['x-portside-account'] ?? request.headers['x-ds2-target-account']
  return {
    protocol,
    body,
    head,
    get chat() {
      return readWhole()
    },
    owner,
    framing:
      match.route.id === 'gemini-stream' && !/[?&]alt=sse(&|$)/.test(match.query) ? 'json-array' : 'sse',
    ...(protocol.id === 'openai-responses'
      ? { keepAnswer: (kept) => keepResponse(ports.responses, owner, body.json, kept) }
      : {}),
    passHeaders: headersToPassOn(request.headers),
    ...(match.provider === undefined ? {} : { provider: match.provider }),
    ...(typeof pin === 'string' && pin !== '' ? { pin } : {}),
    ...(exchange.key === undefined ? {} : { onUsage: (usage) => ports.keyUse.addTokens(owner, usage) }),
    requestId,
    client: createNodeClientAnswer(response, {
      ...COMMON_HEADERS,
      ...corsHeaders(request, exchange.facts),
      'x-request-id': requestId,
    }),
    row,
    elapsedMs: () => ports.clock.monotonic() - startedAt,
    signal,
  }
}

type Decoded = { readonly head: ChatRequest; readonly readWhole: () => ChatRequest }

/** Decodes the outline at once, and the whole when it is asked for. What is wrong with an outline is said of the whole. */
function decodeHead(body: RequestBody, decode: (json: JsonObject) => ChatRequest): Decoded {
  let whole: ChatRequest | undefined
  const readWhole = () => {
    whole ??= decode(body.json)
    return whole
  }
  try {
    return { head: body.outline === undefined ? readWhole() : decode(body.outline), readWhole }
  } catch {
    // A long text that was cut out may have been wanted: the whole tells.
    return { head: readWhole(), readWhole }
  }
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
