import { type ChatError, toChatError } from '../chat/chat-error.ts'
import { delay } from '../clock.ts'
import type { Lease } from '../pool/account-pool.ts'
import { answerError } from './answer-error.ts'
import { runAttempt } from './attempt.ts'
import { backoff } from './backoff.ts'
import { nameConversation } from './name-conversation.ts'
import type { ModelRoute, RelayPorts, RelayRequest } from './relay-ports.ts'
import { Unreachable } from './unreachable.ts'

/** What came of one attempt. After `isCommitted` the client has seen bytes: there is no other attempt. */
export type AttemptEnd = {
  readonly isCommitted: boolean
  readonly error: ChatError | undefined
  /** What the client got of the answer, in bytes. */
  readonly sentBytes: number
  /** Sends an answer that is complete but for the call it should have made, and was kept back for a better one. Gives its bytes. */
  readonly withheld: (() => number) | undefined
}

/**
 * Carries one request to its answer. This file alone repeats attempts, and only before the commit point: the moment the
 * first byte goes to the client. It never rejects; whatever happens, the client is answered and the row is closed. Says
 * whether the answer was complete; a client that left is no failure.
 */
export async function relay(request: RelayRequest, ports: RelayPorts): Promise<boolean> {
  const tally = { attempts: 0, unreachable: new Unreachable(ports.hasNetwork) }
  const retries = { stale: 0, isBudgeted: false, lastError: undefined as ChatError | undefined }
  ports.traffic.active++
  try {
    const routes = ports.routeModel(request.head.model, request.provider)
    const startedAt = ports.clock.monotonic()
    let tried = NONE_TRIED
    for (;;) {
      const granted = leaseAccount(request, ports, routes, tried, retries.lastError)
      // To wait for what is here already would cost a request more than the whole choice of an account.
      const lease = granted instanceof Promise ? await granted : granted
      const wish = { wantsThinking: asksToThink(routes, lease), insists: false, number: ++tally.attempts }
      const end = await runAttempt(request, ports, lease, wish)
      if (end.error === undefined || end.isCommitted) {
        const last = end.withheld && (await insist(request, ports, tally, end.withheld))
        return closeRow(request, last ?? end)
      }
      retries.lastError = end.error
      if (end.error.code === 'stale_socket' && retries.stale++ === 0) continue
      const left = new Set(tried)
      leaveProvider(ports, tally.unreachable.note(end.error, lease.provider), left)
      requireRepeat(end.error, request, ports, { attempts: tally.attempts, startedAt, retries })
      await prepareRepeat(end.error, request, ports, tally.attempts)
      if (leavesAccount(end.error, ports, routes, left, lease.account.id)) left.add(lease.account.id)
      tried = left
    }
  } catch (thrown) {
    const error = tally.unreachable.tell(toChatError(thrown))
    answerError(request, error, tally.attempts, ports.settings().retry.retryAfterMaxMs)
    return closeFailed(request, error)
  } finally {
    ports.traffic.active--
    returnToBudget(ports, retries)
  }
}

/** Most requests fail nowhere: this one stays empty. */
const NONE_TRIED: ReadonlySet<string> = new Set()

/** Says whether the name that led to a lease asks for thinking. */
function asksToThink(routes: readonly ModelRoute[], { provider, model }: Lease): boolean {
  const route = routes.find((each) => each.provider === provider && each.model === model)
  return route?.wantsThinking === true
}

/**
 * Where a whole answer lacks the call that `bridge.strict` asks for, exactly one more is asked for. It takes the first
 * one's place if it succeeds, call or no call; whatever fails here leaves the first one standing.
 */
async function insist(
  request: RelayRequest,
  ports: RelayPorts,
  tally: { attempts: number },
  sendFirst: () => number,
): Promise<AttemptEnd> {
  try {
    const routes = ports.routeModel(request.head.model, request.provider)
    const lease = await leaseAccount(request, ports, routes, NONE_TRIED, undefined)
    const wish = { wantsThinking: asksToThink(routes, lease), insists: true, number: ++tally.attempts }
    const second = await runAttempt(request, ports, lease, wish)
    if (second.error === undefined || second.isCommitted) return second
  } catch {
    // No account for a second request: the first answer is the answer.
  }
  if (request.signal.aborted) throw toChatError(request.signal.reason)
  return { isCommitted: true, error: undefined, sentBytes: sendFirst(), withheld: undefined }
}

type SoFar = {
  readonly attempts: number
  readonly startedAt: number
  readonly retries: { isBudgeted: boolean }
}

/** Throws the error where there may be no other attempt; else the request has its share of the budget. */
function requireRepeat(error: ChatError, request: RelayRequest, ports: RelayPorts, soFar: SoFar): void {
  const { attempts, startedAt, retries } = soFar
  const { retry } = ports.settings()
  if (request.signal.aborted || error.traits.retry === 'never') throw error
  if (ports.clock.monotonic() - startedAt > retry.deadlineMs || attempts >= retry.maxAttempts) throw error
  retries.isBudgeted ||= takeFromBudget(ports)
  if (!retries.isBudgeted) throw error
}

/** Retries are a share of what is going on, so that a failing upstream is not hit harder the more it fails (REL-02). */
function takeFromBudget(ports: RelayPorts): boolean {
  const { budgetMin, budgetRatio } = ports.settings().retry
  if (ports.traffic.retrying >= Math.max(budgetMin, budgetRatio * ports.traffic.active)) return false
  ports.traffic.retrying++
  return true
}

function returnToBudget(ports: RelayPorts, { isBudgeted }: SoFar['retries']): void {
  if (isBudgeted) ports.traffic.retrying--
}

/** A refused account is left at once; a failing upstream gets a moment. */
async function prepareRepeat(
  error: ChatError,
  request: RelayRequest,
  ports: RelayPorts,
  attempts: number,
): Promise<void> {
  if (error.traits.retry === 'any-account')
    await delay(ports.clock, backoff(ports.settings().retry, attempts, ports.random()), request.signal)
}

/** Distinct accounts come first: the one that failed is tried again only where there is no other. */
function leavesAccount(
  error: ChatError,
  ports: RelayPorts,
  routes: readonly ModelRoute[],
  tried: ReadonlySet<string>,
  failedId: string,
): boolean {
  if (error.traits.retry === 'other-account') return true
  const providers = new Set(routes.map(({ provider }) => provider))
  return ports.pool
    .accounts()
    .some(
      ({ account }) =>
        account.enabled &&
        providers.has(account.provider) &&
        account.id !== failedId &&
        !tried.has(account.id),
    )
}

/** The host itself cannot be reached from here: its other accounts would fare no better. */
function leaveProvider(ports: RelayPorts, provider: string | undefined, tried: Set<string>): void {
  for (const { account } of ports.pool.accounts()) if (account.provider === provider) tried.add(account.id)
}

/**
 * A lease, at once where an account is free. When a second one cannot be had, the first attempt's error says more than
 * "no account".
 */
function leaseAccount(
  request: RelayRequest,
  ports: RelayPorts,
  routes: readonly ModelRoute[],
  tried: ReadonlySet<string>,
  lastError: ChatError | undefined,
): Lease | Promise<Lease> {
  const want = {
    routes,
    exclude: tried,
    pin: request.pin,
    conversation: ports.settings().pool.strategy === 'sticky' ? nameConversation(request.chat) : undefined,
  }
  const tellFirst = (error: unknown): never => {
    throw lastError === undefined || request.signal.aborted ? error : lastError
  }
  try {
    const lease = ports.pool.leaseNow(want)
    if (lease !== undefined) return lease
  } catch (error) {
    return tellFirst(error)
  }
  request.row.update({ state: 'queued' })
  return ports.pool.lease(want, request.signal).catch(tellFirst)
}

/** Says, like `closeFailed`, whether the request was answered as it should be. */
function closeRow(request: RelayRequest, { error, sentBytes }: AttemptEnd): boolean {
  if (error !== undefined) {
    request.row.update({ responseBytes: sentBytes })
    return closeFailed(request, error)
  }
  request.row.close({ state: 'done', durationMs: request.elapsedMs(), responseBytes: sentBytes })
  return true
}

function closeFailed(request: RelayRequest, error: ChatError): boolean {
  const isCancelled = error.kind === 'cancelled'
  request.row.close({
    state: isCancelled ? 'cancelled' : 'failed',
    durationMs: request.elapsedMs(),
    errorKind: error.kind,
    errorMessage: error.message,
    ...(isCancelled ? { status: 499 } : {}),
  })
  return isCancelled
}
