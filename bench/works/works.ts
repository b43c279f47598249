import type { Api } from '../rig/answers.ts'

/** What is measured: so many connections, each asking the same again and again. */
export type Work = {
  readonly id: string
  readonly title: string
  readonly from: Api
  readonly to: Api
  readonly model: string
  readonly connections: number
  readonly bytes?: number
  readonly bridge?: boolean
  /** Events of an answer; absent where requests are counted. */
  readonly events?: number
  /** Who is measured, by the names in gateways.ts. */
  readonly gateways: readonly string[]
  /** Not in the quick run. */
  readonly isLong?: true
}

const CHAT = { from: 'openai-chat', to: 'openai-chat' } as const
const TRANSLATED = { from: 'anthropic', to: 'openai-chat' } as const
const ALL = ['pipe', 'portside', 'portkey', 'nginx']
const BASE = ['pipe', 'portside']

export const WORKS: readonly Work[] = [
  { id: 'small', title: 'small JSON', ...CHAT, model: 'small', connections: 64, gateways: ALL },
  { id: 'request-200k', title: '200 KB request', ...CHAT, model: 'small', bytes: 200_000, connections: 64, gateways: ALL },
  { id: 'answer-1m', title: '1 MB answer', ...CHAT, model: 'text-1000000', connections: 64, gateways: ALL },
  { id: 'sse', title: 'SSE, 500 events', ...CHAT, model: 'sse-500', events: 500, connections: 64, gateways: ALL },
  {
    id: 'sse-anthropic',
    title: 'SSE, 500 events, Anthropic',
    from: 'anthropic',
    to: 'anthropic',
    model: 'sse-500',
    events: 500,
    connections: 64,
    gateways: BASE,
    isLong: true,
  },
  { id: 'translate-small', title: 'translation, small JSON', ...TRANSLATED, model: 'small', connections: 64, gateways: [...BASE, 'ccr', 'portkey-translating'] },
  { id: 'translate-200k', title: 'translation, 200 KB request', ...TRANSLATED, model: 'small', bytes: 200_000, connections: 64, gateways: [...BASE, 'ccr', 'portkey-translating'] },
  { id: 'translate-sse', title: 'translation, SSE, 500 events', ...TRANSLATED, model: 'sse-500', events: 500, connections: 64, gateways: [...BASE, 'ccr', 'portkey-translating'] },
  { id: 'bridge-plain', title: 'the same text, translated without the bridge', ...TRANSLATED, model: 'call-500', events: 500, connections: 64, gateways: ['portside'] },
  { id: 'bridge', title: 'tool bridge, 500 events and a call', ...TRANSLATED, model: 'call-500', events: 500, bridge: true, connections: 64, gateways: ['portside'] },
  ...[1, 16, 256].map((connections): Work => ({
    id: `small-${connections}`,
    title: `small JSON, ${connections} client${connections === 1 ? '' : 's'}`,
    ...CHAT,
    model: 'small',
    connections,
    gateways: BASE,
    isLong: true,
  })),
  ...[50, 5000].map((events): Work => ({
    id: `sse-${events}`,
    title: `SSE, ${events} events`,
    ...CHAT,
    model: `sse-${events}`,
    events,
    connections: 64,
    gateways: BASE,
    isLong: true,
  })),
  { id: 'log', title: 'small JSON, by what the log keeps', ...CHAT, model: 'small', connections: 64, gateways: ['portside-log-off', 'portside', 'portside-log-all'] },
]
