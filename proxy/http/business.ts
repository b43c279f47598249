import type { Settings } from '../../contract/settings.ts'
import { CancelSource } from '../cancel-signal.ts'
import { ChatError, toChatError } from '../chat/chat-error.ts'
import type { ProtocolId } from '../chat/protocol-id.ts'
import type { Clock } from '../clock.ts'
import type { Protocol } from '../protocols/protocol.ts'
import type { RelayRequest } from '../relay/relay-ports.ts'
import type { ResponseStore } from '../relay/response-store.ts'
import type { Slots } from '../slots.ts'
import { AcceptedRequest, isAdmitted, type Received } from './accepted-request.ts'
import { answerFailure } from './answer-failure.ts'
import type { DirectToken } from './direct-token.ts'
import type { Exchange } from './exchange.ts'
import { errorProtocol } from './exchange.ts'
import type { Idempotency } from './idempotency.ts'
import { requireModelAllowed } from './key-allows.ts'
import type { KeyUse } from './key-limits.ts'
import type { SmallAnswer } from './node-client-answer.ts'
import { readBody } from './read-body.ts'

export type BusinessPorts = {
  readonly protocols: Readonly<Record<string, Protocol>>
  readonly settings: () => Settings
  readonly clock: Clock
  /** Answers that later requests may point to. */
  readonly responses: ResponseStore
  readonly keyUse: KeyUse
  /** `direct`: the request brings its own token, and uses no account. Says whether the answer was complete. */
  readonly relay: (request: RelayRequest, direct: DirectToken | undefined) => Promise<boolean>
  readonly onRelayed: (isAnswered: boolean) => void
  readonly idempotency: Idempotency
  /** Ends an answer that goes out in one write. */
  readonly sendSmall: (answer: SmallAnswer) => void
  /** Requests being relayed, each with the way to stop it; draining uses it. */
  readonly active: Slots<CancelSource>
}

/** The hot routes: reads the body, decodes it, and hands it to the relay. Never rejects. */
export async function handleBusiness(exchange: Exchange, ports: BusinessPorts): Promise<void> {
  const protocol = protocolOf(exchange, ports.protocols)
  const abort = new CancelSource()
  const slot = ports.active.add(abort)
  exchange.response.on('close', () => {
    if (!exchange.response.writableFinished)
      abort.abort(new ChatError('cancelled', 'The client closed the connection'))
  })
  let end: (() => void) | undefined
  try {
    const bytes = await readBody(exchange.request, ports.settings().limits.bodyBytes)
    const relayRequest = acceptRequest(exchange, ports, protocol, { bytes, signal: abort.signal })
    end = beginKeyed(exchange, relayRequest, ports)
    ports.onRelayed(await ports.relay(relayRequest, exchange.direct))
  } catch (thrown) {
    answerFailure(
      exchange,
      toChatError(abort.signal.aborted ? abort.signal.reason : thrown),
      protocol,
      ports.settings().retry.retryAfterMaxMs,
    )
  } finally {
    end?.()
    ports.active.delete(slot)
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

function acceptRequest(
  exchange: Exchange,
  ports: BusinessPorts,
  protocol: Protocol,
  received: Received,
): RelayRequest {
  if (!isAdmitted(exchange)) throw new Error('a business request has a row and a match')
  const { row, key } = exchange
  const { bytes } = received
  row.captureRequest(bytes)
  row.change((entry) => {
    entry.requestBytes = bytes.length
  })
  const accepted = new AcceptedRequest(exchange, ports, protocol, received)
  const { model, stream } = accepted.head
  row.change((entry) => {
    entry.modelIn = model
    entry.stream = stream
  })
  requireModelAllowed(key, model)
  return accepted
}
