import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LocalKey } from '../../contract/local-key.ts'
import type { ProtocolId } from '../chat/protocol-id.ts'
import type { LogRow } from '../request-log/request-log.ts'
import type { DirectToken } from './direct-token.ts'
import type { GuardFacts } from './guard.ts'
import type { Match } from './match-route.ts'

/** One request with its answer, from the first byte on. */
export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  /** Monotonic milliseconds, and wall time. */
  readonly startedAt: number
  readonly arrivedAt: number
  readonly facts: GuardFacts
  /** Absent for requests that people's screens would only be flooded with (health checks, our own pages). */
  row: LogRow | undefined
  match: Match | undefined
  key: LocalKey | undefined
  /** In the place of a key, where the settings allow it. */
  direct: DirectToken | undefined
}

/** The protocol in which an error is told: the route's, else what the client's headers or path suggest. */
export function errorProtocol(exchange: Exchange): ProtocolId {
  const { match, request } = exchange
  if (match?.route.protocol !== undefined) return match.route.protocol
  const wantsAnthropic = match?.isAnthropic || request.headers['anthropic-version'] !== undefined
  return wantsAnthropic || /^\/anthropic\/|\/messages/.test(request.url ?? '')
    ? 'anthropic-messages'
    : 'openai-chat'
}
