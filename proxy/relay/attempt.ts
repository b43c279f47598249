import type { CancelSignal } from '../cancel-signal.ts'
import type { Capabilities } from '../chat/capabilities.ts'
import { hasForeignCarrier } from '../chat/carrier.ts'
import { ChatError, toChatError, tookTooLong } from '../chat/chat-error.ts'
import type { ChatRequest } from '../chat/chat-request.ts'
import type { Timer } from '../clock.ts'
import type { Lease } from '../pool/account-pool.ts'
import type { WireProvider } from '../providers/provider.ts'
import type { WrittenRequest } from '../providers/wire-codec.ts'
import type { AttemptRow, ReportedAttempt } from '../request-log/request-log.ts'
import type { UpstreamAnswer } from '../upstream/answer-handler.ts'
import type { FetchUpstream } from '../upstream/fetch-upstream.ts'
import { joinUrl } from '../upstream/join-url.ts'
import { readRateLimitReset } from '../upstream/rate-limit-reset.ts'
import { readRetryAfter } from '../upstream/retry-after.ts'
import { AnswerStream } from './answer-stream.ts'
import { answerWhole } from './answer-whole.ts'
import { type AttemptWish, type BridgedAttempt, bridgeAttempt } from './bridge-attempt.ts'
import { collectBytes, collectChunks } from './collect-bytes.ts'
import { secretsOf, withoutSecrets } from './mask-secrets.ts'
import { stringifyPiecewise } from './piecewise-json.ts'
import { pumpEvents, pumpParts } from './pump.ts'
import { withRememberedReasoning } from './reasoning-cache.ts'
import type { AttemptEnd } from './relay.ts'
import type { RelayPorts, RelayRequest } from './relay-ports.ts'
import { splice } from './scan-json.ts'
import { upstreamHeaders } from './upstream-headers.ts'

/** Everything one attempt is about. */
export type Attempt = {
  readonly request: RelayRequest
  readonly ports: RelayPorts
  readonly lease: Lease
  readonly number: number
  readonly row: AttemptRow
  readonly time: AttemptTime
  readonly startedAt: number
}

/**
 * Runs one attempt to its end and gives its account back. Resolves in every case; what was thrown comes back as `error`.
 */
export async function runAttempt(
  request: RelayRequest,
  ports: RelayPorts,
  lease: Lease,
  wish: AttemptWish & { readonly number: number },
): Promise<AttemptEnd> {
  const { number } = wish
  const { account, provider, model, reason } = lease
  const startedAt = ports.clock.monotonic()
  const row = request.row.addAttempt({
    provider,
    model,
    reason,
    accountId: account.id,
    accountName: account.name,
    startedAt: ports.clock.now(),
  })
  const time = new AttemptTime(request, ports)
  const attempt: Attempt = { request, ports, lease, number, row, time, startedAt }
  const stream = new AnswerStream(attempt)
  let error: ChatError | undefined
  try {
    await answer(attempt, stream, wish)
  } catch (thrown) {
    error = hasWholeAnswer(stream, time.signal)
      ? undefined
      : withoutSecrets(toChatError(time.signal.aborted ? time.signal.reason : thrown), secretsOf(attempt))
    if (error !== undefined && stream.isCommitted) stream.fail(error)
  } finally {
    time.release()
    stream.release()
    giveBack(attempt, error)
  }
  const { isCommitted, withheld, sentBytes } = stream
  row.change((tried) => {
    tried.durationMs = ports.clock.monotonic() - startedAt
    tried.responseBytes = sentBytes
    if (error === undefined) return
    tried.errorKind = error.kind
    tried.errorMessage = error.message
    tried.status = error.upstreamStatus ?? null
  })
  return { isCommitted, error, withheld, sentBytes }
}

function giveBack({ lease, request }: Attempt, error: ChatError | undefined): void {
  if (error === undefined) lease.report(OK)
  else lease.report(request.signal.aborted ? { kind: 'aborted' } : { kind: 'failed', error })
}

const OK = { kind: 'ok' } as const

/** A client that leaves with its whole answer, while a provider still tidies up, has lost nothing. */
function hasWholeAnswer(stream: AnswerStream, signal: CancelSignal): boolean {
  return signal.aborted && stream.isCommitted && stream.isFinished
}

/** What ends an attempt: the request's own signal, and for providers that do not look at the time themselves, the time. */
class AttemptTime {
  signal: CancelSignal
  readonly #request: RelayRequest
  readonly #ports: RelayPorts
  #timer: Timer | undefined
  #onAbort: (() => void) | undefined

  constructor(request: RelayRequest, ports: RelayPorts) {
    this.signal = request.signal
    this.#request = request
    this.#ports = ports
  }

  /** The longest time that the attempt may take, in milliseconds. */
  get totalMs(): number {
    const { totalMs, totalStreamMs } = this.#ports.settings().timeouts
    return this.#request.head.stream ? totalStreamMs : totalMs
  }

  limit(): AbortSignal {
    const { signal } = this.#request
    const controller = new AbortController()
    this.#onAbort = () => controller.abort(signal.reason)
    if (signal.aborted) this.#onAbort()
    signal.addEventListener('abort', this.#onAbort, { once: true })
    this.#timer = this.#ports.clock.timer(this.totalMs, () => controller.abort(tookTooLong()))
    this.signal = controller.signal
    return controller.signal
  }

  release(): void {
    this.#timer?.cancel()
    if (this.#onAbort !== undefined) this.#request.signal.removeEventListener('abort', this.#onAbort)
  }
}

/** Throws, or rejects, with what went wrong. */
function answer(attempt: Attempt, stream: AnswerStream, wish: AttemptWish): Promise<void> {
  const { request, lease, ports } = attempt
  request.signal.throwIfAborted()
  const provider = ports.provider(lease.provider)
  const bridged = bridgeAttempt(request, provider, wish, ports)
  if (bridged !== undefined) stream.filterBy(bridged)
  if (provider.kind === 'wire') return answerFromWire(attempt, stream, provider, bridged)
  if (request.head.untranslatable !== undefined) throw request.head.untranslatable
  const parts = provider.streamChat(bridged?.chat ?? request.chat, {
    model: lease.model,
    credential: lease.account.credential,
    account: lease.account,
    signal: attempt.time.limit(),
  })
  return pumpParts(parts, stream)
}

/** `bridged` is what the tool bridge made of the request, where it has a part in it. */
async function answerFromWire(
  attempt: Attempt,
  stream: AnswerStream,
  provider: WireProvider,
  bridged: BridgedAttempt | undefined,
): Promise<void> {
  const { request } = attempt
  const capabilities = provider.capabilitiesOf(attempt.lease.model)
  const isPassThrough = mayPassThrough(request, provider)
  request.row.change((entry) => {
    entry.passThrough = isPassThrough
  })
  const written = isPassThrough
    ? undefined
    : writeRequest(attempt, provider, capabilities, bridged?.chat ?? request.chat)
  const upstream = await openUpstream(attempt, provider, capabilities, written)
  attempt.row.change((tried) => {
    tried.status = upstream.status
    tried.firstByteMs = attempt.ports.clock.monotonic() - attempt.startedAt
  })
  try {
    if (upstream.status < 200 || upstream.status >= 300) throw await readFailure(attempt, provider, upstream)
    stream.keepHeaders(upstream.headers, isPassThrough)
    if (isEventStream(upstream)) {
      const reader = provider.codec.createStreamReader(written)
      // Not awaited: what waits here would live as long as the stream. A pump that fails closes the connection itself.
      return pumpEvents({ attempt, upstream, reader, stream, isPassThrough })
    }
    const maxBytes = attempt.ports.settings().limits.upstreamBodyBytes
    const chunks = await collectChunks(upstream, maxBytes, 'refuse')
    answerWhole({ attempt, upstream, chunks, provider, written, stream, isPassThrough })
  } catch (error) {
    // After a success the connection is free for the next request, or will be in a moment.
    upstream.abort()
    throw error
  }
}

/** The same protocol on both sides, nothing lent, and nothing in the request that only another upstream can read (P-55). */
function mayPassThrough(request: RelayRequest, provider: WireProvider): boolean {
  const isSame = provider.codec.protocol === request.protocol.id && provider.info.toolMode === 'native'
  return isSame && request.framing === 'sse' && !hasForeignCarrier(request.head, request.protocol.id)
}

/** A client that does not give reasoning and signatures back gets them remembered; codecs leave out what they cannot use. */
function writeRequest(
  attempt: Attempt,
  provider: WireProvider,
  capabilities: Capabilities,
  asked: ChatRequest,
): WrittenRequest {
  const { request, ports } = attempt
  const chat = withRememberedReasoning(asked, { cache: ports.reasoning, owner: request.owner })
  return provider.codec.writeRequest(chat, wireTarget(attempt, capabilities))
}

function wireTarget(attempt: Attempt, capabilities: Capabilities) {
  return { model: attempt.lease.model, stream: attempt.request.head.stream, capabilities }
}

const NO_HEADERS = {}

function openUpstream(
  attempt: Attempt,
  provider: WireProvider,
  capabilities: Capabilities,
  written: WrittenRequest | undefined,
): ReturnType<FetchUpstream> {
  const { request, lease, ports } = attempt
  const { timeouts, limits } = ports.settings()
  const { stream, reasoning } = request.head
  const isReasoning = reasoning !== undefined && reasoning.mode !== 'off'
  return provider.fetch({
    url: joinUrl(provider.baseUrl, provider.codec.path(wireTarget(attempt, capabilities))),
    method: 'POST',
    headers: upstreamHeaders(provider, {
      account: lease.account,
      passed: written === undefined ? request.passHeaders : NO_HEADERS,
      isStreamed: stream,
    }),
    body: written === undefined ? passedBody(attempt) : stringifyPiecewise(written.body),
    signal: request.signal,
    totalMs: attempt.time.totalMs,
    onSent: () => attempt.row.change(billMaybe),
    firstByteMs: stream
      ? isReasoning
        ? timeouts.firstByteReasoningMs
        : timeouts.firstByteMs
      : timeouts.totalMs,
    idleMs: timeouts.idleMs,
    maxBytes: stream ? Number.MAX_SAFE_INTEGER : limits.upstreamBodyBytes,
  })
}

/** The client's own bytes; only the model's name is another one where the upstream calls it otherwise. */
function passedBody({ request, lease }: Attempt): Uint8Array {
  const { bytes, modelSpans } = request.body
  return lease.model === request.head.model ? bytes : splice(bytes, modelSpans, lease.model)
}

/** Its request went out whole. */
function billMaybe(attempt: ReportedAttempt): void {
  attempt.maybeBilled = true
}

async function readFailure(
  attempt: Attempt,
  provider: WireProvider,
  upstream: UpstreamAnswer,
): Promise<ChatError> {
  const { status, headers } = upstream
  if (status >= 300 && status < 400)
    return new ChatError(
      'upstream-untrusted',
      `The upstream ${provider.baseUrl.host} redirects elsewhere; Portside does not follow`,
      {
        code: 'upstream_redirect_refused',
        upstreamStatus: status,
      },
    )
  const bytes = await collectBytes(upstream, attempt.ports.settings().limits.upstreamErrorBytes, 'cut')
  const text = new TextDecoder().decode(bytes)
  attempt.request.row.captureResponse(bytes)
  const error = provider.codec.readError({ status, headers, text })
  const retryAfterMs =
    readRetryAfter(headers) ??
    error.retryAfterMs ??
    (error.kind === 'rate-limited' ? readRateLimitReset(headers) : undefined)
  return new ChatError(error.kind, error.message, {
    upstreamStatus: status,
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

function isEventStream(upstream: UpstreamAnswer): boolean {
  return (upstream.headers['content-type'] ?? '').toLowerCase().startsWith('text/event-stream')
}
