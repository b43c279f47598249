import { type ChatError, toChatError } from '../chat/chat-error.ts'
import { delay } from '../clock.ts'
import type { Lease } from '../pool/account-pool.ts'
import { answerError } from './answer-error.ts'
import { runAttempt } from './attempt.ts'
import type { RelayPorts, RelayRequest } from './relay-ports.ts'

/** What came of one attempt. After `isCommitted` the client has seen bytes: there is no other attempt. */
export type AttemptEnd = { readonly isCommitted: boolean; readonly error?: ChatError }

/**
 * Carries one request to its answer. This file alone repeats attempts, and only before the commit point: the moment the
 * first byte goes to the client. It never rejects; whatever happens, the client is answered and the row is closed. Says
 * whether the answer was complete; a client that left is no failure.
 */
export async function relay(request: RelayRequest, ports: RelayPorts): Promise<boolean> {
  const tally = { attempts: 0 }
  try {
    const end = await tryAttempts(request, ports, tally)
    closeRow(request, end.error)
    return end.error === undefined || end.error.kind === 'cancelled'
  } catch (thrown) {
    const error = toChatError(thrown)
    answerError(request, error, tally.attempts, ports.settings().retry.retryAfterMaxMs)
    closeRow(request, error)
    return error.kind === 'cancelled'
  }
}

async function tryAttempts(
  request: RelayRequest,
  ports: RelayPorts,
  tally: { attempts: number },
): Promise<AttemptEnd> {
  const { retry } = ports.settings()
  const routes = ports.routeModel(request.chat.model, request.provider)
  const startedAt = ports.clock.monotonic()
  const tried = new Set<string>()
  let lastError: ChatError | undefined
  for (;;) {
    const lease = await leaseAccount(request, ports, routes, tried, lastError)
    tally.attempts++
    const end = await runLeased(request, ports, lease, tally.attempts)
    if (end.error === undefined || end.isCommitted) return end
    lastError = end.error
    const isOutOfTime = ports.clock.monotonic() - startedAt > retry.deadlineMs
    const { retry: mayRetry } = end.error.traits
    if (request.signal.aborted || mayRetry === 'never' || isOutOfTime || tally.attempts >= retry.maxAttempts)
      throw end.error
    if (mayRetry === 'other-account') tried.add(lease.account.id)
    else await delay(ports.clock, jitter(ports, tally.attempts), request.signal)
  }
}

/** Full jitter: anything from nothing to the doubled base, capped. */
function jitter(ports: RelayPorts, attempts: number): number {
  const { backoffBaseMs, backoffMaxMs } = ports.settings().retry
  return ports.random() * Math.min(backoffMaxMs, backoffBaseMs * 2 ** attempts)
}

/** When a second lease cannot be had, the first attempt's error says more than "no account". */
async function leaseAccount(
  request: RelayRequest,
  ports: RelayPorts,
  routes: ReturnType<RelayPorts['routeModel']>,
  tried: ReadonlySet<string>,
  lastError: ChatError | undefined,
): Promise<Lease> {
  request.row.update({ state: 'queued' })
  const want = { routes, exclude: tried, ...(request.pin === undefined ? {} : { pin: request.pin }) }
  try {
    return await ports.pool.lease(want, request.signal)
  } catch (error) {
    if (lastError !== undefined && !request.signal.aborted) throw lastError
    throw error
  }
}

async function runLeased(
  request: RelayRequest,
  ports: RelayPorts,
  lease: Lease,
  number: number,
): Promise<AttemptEnd> {
  try {
    const end = await runAttempt(request, ports, lease, number)
    if (end.error === undefined) lease.report({ kind: 'ok' })
    else if (request.signal.aborted) lease.report({ kind: 'aborted' })
    else lease.report({ kind: 'failed', error: end.error })
    return end
  } finally {
    lease.report({ kind: 'aborted' })
  }
}

function closeRow(request: RelayRequest, error: ChatError | undefined): void {
  if (error === undefined) return request.row.close({ state: 'done', durationMs: request.elapsedMs() })
  const state = error.kind === 'cancelled' ? 'cancelled' : 'failed'
  request.row.close({
    state,
    durationMs: request.elapsedMs(),
    errorKind: error.kind,
    errorMessage: error.message,
    ...(state === 'cancelled' ? { status: 499 } : {}),
  })
}
