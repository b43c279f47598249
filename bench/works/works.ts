import type { Api } from '../rig/answers.ts'
import type { GatewayId } from '../targets/gateways.ts'

/** What is carried: so many connections, each asking the same again and again. */
export type Work = {
  readonly id: string
  readonly title: string
  readonly from: Api
  readonly to: Api
  readonly model: string
  readonly connections: number
  readonly bytes?: number
  readonly bridge?: true
  readonly stream?: true
  /** What is counted, and how many of it an answer holds; requests where it is left out. */
  readonly counts?: { readonly what: 'events' | 'MB'; readonly perAnswer: number }
  readonly gateways: readonly GatewayId[]
  /** Left out of the quick run. */
  readonly isLong?: true
}

const CLIENTS = 64
const CHAT = { from: 'openai-chat', to: 'openai-chat', connections: CLIENTS } as const
const TRANSLATED = { from: 'anthropic', to: 'openai-chat', connections: CLIENTS } as const
const BASE = ['pipe', 'portside'] as const
const PASSING = ['direct', ...BASE, 'portkey', 'nginx'] as const
const TRANSLATING = [...BASE, 'ccr', 'portkey-translating'] as const

const events = (count: number) => ({ stream: true, counts: { what: 'events', perAnswer: count } }) as const

export const WORKS: readonly Work[] = [
  { id: 'small', title: 'Small JSON', ...CHAT, model: 'small', gateways: PASSING },
  {
    id: 'request-200k',
    title: '200 KB requests',
    ...CHAT,
    model: 'small',
    bytes: 200_000,
    gateways: PASSING,
  },
  { id: 'answer-1m', title: '1 MB answers', ...CHAT, model: 'text-1000000', gateways: PASSING },
  { id: 'sse', title: 'SSE, 500 events', ...CHAT, model: 'sse-500', ...events(500), gateways: PASSING },
  {
    id: 'sse-anthropic',
    title: 'SSE, 500 events, Anthropic on both sides',
    from: 'anthropic',
    to: 'anthropic',
    connections: CLIENTS,
    model: 'sse-500',
    ...events(500),
    gateways: BASE,
    isLong: true,
  },
  {
    id: 'translate-small',
    title: 'Translation, small JSON',
    ...TRANSLATED,
    model: 'small',
    gateways: TRANSLATING,
  },
  {
    id: 'translate-200k',
    title: 'Translation, 200 KB requests',
    ...TRANSLATED,
    model: 'small',
    bytes: 200_000,
    gateways: TRANSLATING,
  },
  {
    id: 'translate-sse',
    title: 'Translation, SSE, 500 events',
    ...TRANSLATED,
    model: 'sse-500',
    ...events(500),
    gateways: TRANSLATING,
  },
  {
    id: 'bridge',
    title: 'Tool bridge, 500 events and a call',
    ...TRANSLATED,
    model: 'call-500',
    ...events(500),
    bridge: true,
    gateways: ['portside-unbridged', 'portside'],
  },
  {
    id: 'bodies',
    title: 'Small JSON, by the bodies that the log keeps',
    ...CHAT,
    model: 'small',
    gateways: ['portside-bodies-off', 'portside', 'portside-bodies-all'],
  },
  ...[1, 16, 256].map(
    (connections): Work => ({
      ...CHAT,
      id: `small-${connections}`,
      title: `Small JSON, ${connections} client${connections === 1 ? '' : 's'}`,
      model: 'small',
      connections,
      gateways: BASE,
      isLong: true,
    }),
  ),
  ...[50, 5000].map(
    (count): Work => ({
      ...CHAT,
      id: `sse-${count}`,
      title: `SSE, ${count} events`,
      model: `sse-${count}`,
      ...events(count),
      gateways: BASE,
      isLong: true,
    }),
  ),
  ...[16, 128, 1024, 2000].map(
    (kilobytes): Work => ({
      ...TRANSLATED,
      id: `bridge-${kilobytes}k`,
      title: `Tool bridge, a call of ${kilobytes} KiB`,
      model: `bigcall-${kilobytes * 1024}`,
      connections: 8,
      stream: true,
      counts: { what: 'MB', perAnswer: (kilobytes * 1024) / 1e6 },
      bridge: true,
      gateways: BASE,
      isLong: true,
    }),
  ),
]

/** The work of that id. Throws where there is none. */
export function findWork(id: string): Work {
  const work = WORKS.find((each) => each.id === id)
  if (work === undefined) throw new Error(`there is no work ${id}`)
  return work
}
