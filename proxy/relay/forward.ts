import type { CancelSignal } from '../cancel-signal.ts'
import { ChatError, toChatError } from '../chat/chat-error.ts'
import type { ProtocolId } from '../chat/protocol-id.ts'
import type { PoolAccount } from '../pool/account-pool.ts'
import type { WireProvider } from '../providers/provider.ts'
import type { UpstreamAnswer } from '../upstream/answer-handler.ts'
import { joinUrl } from '../upstream/join-url.ts'
import { readRetryAfter } from '../upstream/retry-after.ts'
import { collectBytes } from './collect-bytes.ts'
import { secretsOf, withoutSecrets } from './mask-secrets.ts'
import type { RequestBody } from './read-body-json.ts'
import type { RelayPorts } from './relay-ports.ts'
import { splice } from './scan-json.ts'
import { upstreamHeaders } from './upstream-headers.ts'

export type Forward = {
  readonly model: string
  readonly provider: string | undefined
  /** Only providers that speak this protocol can take the request. */
  readonly protocol: ProtocolId
  /** Path below the upstream's base URL. */
  readonly path: string
  readonly body: RequestBody
  readonly passHeaders: Readonly<Record<string, string>>
  readonly signal: CancelSignal
}

export type Forwarded = {
  readonly status: number
  readonly bytes: Uint8Array
  readonly provider: string
  readonly account: string
}

/**
 * Sends a side request (embeddings, a count of tokens) to an upstream of the same protocol and gives back its answer
 * as it came. One attempt; undefined where no provider of the model speaks the protocol.
 */
export async function forward(call: Forward, ports: RelayPorts): Promise<Forwarded | undefined> {
  const routes = ports
    .routeModel(call.model, call.provider)
    .filter((route) => speaks(ports, route.provider, call.protocol))
  if (routes.length === 0) return undefined
  const lease = await ports.pool.lease({ routes, exclude: new Set() }, call.signal)
  try {
    const provider = ports.provider(lease.provider)
    if (provider.kind !== 'wire') return undefined
    const { bytes: original, modelSpans } = call.body
    const sent = lease.model === call.model ? original : splice(original, modelSpans, lease.model)
    const answer = await send(call, provider, lease.account, sent, ports)
    lease.report({ kind: 'ok' })
    return { ...answer, provider: lease.provider, account: lease.account.id }
  } catch (thrown) {
    const error = withoutSecrets(toChatError(thrown), secretsOf({ lease, ports }))
    if (thrown instanceof ChatError && !call.signal.aborted) lease.report({ kind: 'failed', error })
    throw error
  } finally {
    lease.report({ kind: 'aborted' })
  }
}

function speaks(ports: RelayPorts, id: string, protocol: ProtocolId): boolean {
  const provider = ports.provider(id)
  return provider.kind === 'wire' && provider.codec.protocol === protocol
}

async function send(
  call: Forward,
  provider: WireProvider,
  account: PoolAccount,
  body: Uint8Array,
  ports: RelayPorts,
) {
  const { timeouts, limits } = ports.settings()
  const upstream = await provider.fetch({
    url: joinUrl(provider.baseUrl, call.path),
    method: 'POST',
    headers: upstreamHeaders(provider, { account, passed: call.passHeaders, isStreamed: false }),
    body,
    signal: call.signal,
    firstByteMs: timeouts.firstByteMs,
    idleMs: timeouts.idleMs,
    maxBytes: limits.upstreamBodyBytes,
  })
  const bytes = await collectBytes(upstream, limits.upstreamBodyBytes, 'refuse')
  if (upstream.status < 200 || upstream.status >= 300) throw readFailure(provider, upstream, bytes)
  return { status: upstream.status, bytes }
}

function readFailure(
  provider: WireProvider,
  { status, headers }: UpstreamAnswer,
  bytes: Uint8Array,
): ChatError {
  const error = provider.codec.readError({ status, headers, text: new TextDecoder().decode(bytes) })
  const retryAfterMs = readRetryAfter(headers) ?? error.retryAfterMs
  if (retryAfterMs === undefined) return error
  return new ChatError(error.kind, error.message, {
    upstreamStatus: status,
    retryAfterMs,
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.param === undefined ? {} : { param: error.param }),
  })
}
