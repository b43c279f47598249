import { settings } from '../../contract/settings.ts'
import { ChatError } from '../../proxy/chat/chat-error.ts'
import type { Tool } from '../../proxy/chat/chat-request.ts'
import type { StreamPart } from '../../proxy/chat/stream-part.ts'
import type { Lease, LeaseOutcome } from '../../proxy/pool/account-pool.ts'
import type { Protocol } from '../../proxy/protocols/protocol.ts'
import type { ChatProvider } from '../../proxy/providers/provider.ts'
import { createReasoningCache } from '../../proxy/relay/reasoning-cache.ts'
import { relay } from '../../proxy/relay/relay.ts'
import type { RelayPorts, RelayRequest } from '../../proxy/relay/relay-ports.ts'
import { createFakeClock } from './fake-clock.ts'
import { account } from './test-pool.ts'

/** A protocol whose every part is one event with the part's text, so that a test decides how many bytes there are. */
const PROTOCOL: Protocol = {
  id: 'openai-chat',
  decodeRequest: () => {
    throw new ChatError('internal', 'no request is decoded here')
  },
  encodeAnswer: () => ({ whole: true }),
  createStreamEncoder: () => ({
    push: (part) => [
      { data: 'text' in part ? part.text : part.type === 'answer-start' ? (part.id ?? '') : part.type },
    ],
  }),
  encodeError: (error) => ({ status: error.traits.status, body: { error: error.message } }),
  encodeErrorEvent: (error) => [{ data: error.message }],
  heartbeat: '',
  missingEnd: '',
}

export type Answer = (signal: AbortSignal, attempt: number) => AsyncIterable<StreamPart>

/** One request through the relay, with everything around it played: the clock, the pool, the provider, the client. */
export function startFakeRelay(
  answer: Answer,
  { stream = true, onEnd = () => undefined as unknown, tools = [] as readonly Tool[], heartbeat = '' } = {},
) {
  const clock = createFakeClock()
  const abort = new AbortController()
  const outcomes: LeaseOutcome['kind'][] = []
  const client = { head: undefined as number | undefined, text: '', isEnded: false, isDestroyed: false }
  const closed: Record<string, unknown>[] = []
  let attempts = 0
  const lent = account('a')
  const provider: ChatProvider = {
    kind: 'chat',
    info: {
      id: 'p',
      type: 'fake',
      displayName: 'p',
      baseUrl: null,
      preset: null,
      toolMode: tools.length > 0 ? 'bridge' : 'native',
      needsAccount: false,
    },
    models: [],
    streamChat: (_request, { signal }) => answer(signal, attempts++),
  }
  const all = settings.parse({ retry: { backoffBaseMs: 0, backoffMaxMs: 0 } })
  const lend = (): Lease => {
    let isOut = true
    return {
      account: lent,
      provider: 'p',
      model: 'm',
      reason: 'the only one',
      report({ kind }) {
        if (isOut) outcomes.push(kind)
        isOut = false
      },
    }
  }
  const ports: RelayPorts = {
    pool: {
      leaseNow: lend,
      lease: async () => lend(),
      setAccounts: () => undefined,
      accounts: () => [],
      counts: () => ({ inFlight: 0, waiting: 0 }),
      remember: () => ({}),
      recall: () => undefined,
    },
    routeModel: () => [{ provider: 'p', model: 'm' }],
    provider: () => provider,
    settings: () => all,
    clock,
    random: () => 0,
    hasNetwork: () => true,
    reasoning: createReasoningCache({ maxBytes: 1000 }),
    traffic: { active: 0, retrying: 0 },
  }
  const write = (chunk: string | Uint8Array | undefined) => {
    client.text += chunk === undefined ? '' : Buffer.from(chunk as string).toString()
    return true
  }
  const chat = { model: 'm', turns: [], tools, stream, includeUsage: false }
  const request = {
    protocol: { ...PROTOCOL, heartbeat },
    body: { bytes: new Uint8Array(), json: {}, modelSpans: [] },
    chat,
    head: chat,
    passHeaders: {},
    framing: 'sse',
    owner: '',
    requestId: 'r',
    client: {
      sendHead(status: number) {
        client.head = status
      },
      sendWhole(status: number, _headers: unknown, body: readonly Uint8Array[]) {
        client.head = status
        client.isEnded = true
        for (const piece of body) write(piece)
        onEnd()
      },
      write,
      whenDrained: () => Promise.resolve(),
      end(chunk?: string | Uint8Array) {
        write(chunk)
        client.isEnded = true
        onEnd()
      },
      destroy() {
        client.isDestroyed = true
      },
    },
    row: {
      id: 'r',
      update: () => undefined,
      change: () => undefined,
      addAttempt: () => ({ update: () => undefined, change: () => undefined }),
      captureRequest: () => undefined,
      captureResponse: () => undefined,
      close: (outcome: object) => void closed.push({ ...outcome }),
    },
    elapsedMs: () => clock.monotonic(),
    signal: abort.signal,
  } as unknown as RelayRequest
  return {
    clock,
    abort,
    client,
    closed,
    outcomes,
    traffic: ports.traffic,
    attempts: () => attempts,
    isAnswered: relay(request, ports),
  }
}
