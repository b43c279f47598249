import type { Settings } from '../../contract/settings.ts'
import { ChatError, toChatError } from '../chat/chat-error.ts'
import type { ProtocolId } from '../chat/protocol-id.ts'
import type { Clock } from '../clock.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { headersToPassOn } from '../relay/passed-headers.ts'
import { readRequestBody } from '../relay/read-body-json.ts'
import type { RelayRequest } from '../relay/relay-ports.ts'
import { answerFailure, COMMON_HEADERS } from './answer-failure.ts'
import type { Exchange } from './exchange.ts'
import { errorProtocol } from './exchange.ts'
import { corsHeaders } from './guard.ts'
import { keyAllows } from './key-allows.ts'
import { createNodeClientAnswer } from './node-client-answer.ts'
import { readBody } from './read-body.ts'

export type BusinessPorts = {
  readonly protocols: Readonly<Record<string, Protocol>>
  readonly settings: () => Settings
  readonly clock: Clock
  readonly relay: (request: RelayRequest) => Promise<void>
  /** Requests being relayed, each with the way to stop it; draining uses it. */
  readonly active: Set<AbortController>
}

/** The hot routes: reads the body, decodes it, and hands it to the relay. Never rejects. */
export async function handleBusiness(exchange: Exchange, ports: BusinessPorts): Promise<void> {
  const protocol = protocolOf(exchange, ports.protocols)
  const abort = new AbortController()
  ports.active.add(abort)
  const onClose = () => abort.abort(new ChatError('cancelled', 'The client closed the connection'))
  exchange.response.on('close', onClose)
  try {
    const relayRequest = await readRequest(exchange, ports, protocol, abort.signal)
    await ports.relay(relayRequest)
  } catch (thrown) {
    answerFailure(
      exchange,
      toChatError(abort.signal.aborted ? abort.signal.reason : thrown),
      protocol,
      ports.settings().retry.retryAfterMaxMs,
    )
  } finally {
    exchange.response.off('close', onClose)
    ports.active.delete(abort)
  }
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
  const chat = protocol.decodeRequest(body.json)
  row.update({ modelIn: chat.model, stream: chat.stream })
  checkModelAllowed(chat.model, exchange)
  const pin = request.headers['x-portside-account'] ?? request.headers['x-ds2-target-account']
  return {
    protocol,
    body,
    chat,
    passHeaders: headersToPassOn(request.headers),
    ...(match.provider === undefined ? {} : { provider: match.provider }),
    ...(typeof pin === 'string' && pin !== '' ? { pin } : {}),
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

function checkModelAllowed(model: string, { key }: Exchange): void {
  if (key === undefined || keyAllows(key, model)) return
  throw new ChatError('forbidden', `The local key "${key.name}" may not use the model "${model}"`, {
    code: 'model_not_allowed',
    param: 'model',
  })
}
