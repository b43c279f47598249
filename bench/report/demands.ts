/** Where a value stands in the results. */
export type Operand = {
  readonly work: string
  readonly gateway: string
  readonly metric: string
  /** Not the value itself, but how many times this gateway's. */
  readonly per?: string
}

/** One promise about a measured value, or about its ratio to others. */
export type Demand = {
  readonly group: number
  readonly title: string
  readonly of: Operand
  /** What it is divided by: the best of them; nothing where the value itself is judged. */
  readonly over: readonly Operand[]
  /** Taken from both sides first: what the same takes without a gateway. */
  readonly less?: Operand
  readonly bound: { readonly atLeast: number } | { readonly atMost: number }
  readonly unit: string
}

export const GROUPS: Readonly<Record<number, string>> = {
  1: 'Pass-through',
  2: 'CPU and added time',
  3: 'Translation and the tool bridge',
  4: 'Many connections, long load',
  5: 'The log',
  6: 'Start and rest',
  7: 'Growth (the bounds here are the bench’s own: cost per unit may not grow with the work)',
}

const at = (work: string, gateway: string, metric = 'rate'): Operand => ({ work, gateway, metric })

type Rate = { readonly group: number; readonly work: string; readonly what: string; readonly unit: string }

/** Portside's rate at a work over the best of some gateways'. */
function rate({ group, work, what, unit }: Rate, others: readonly string[], atLeast: number): Demand {
  return {
    group,
    title: what,
    of: at(work, 'portside'),
    over: others.map((gateway) => at(work, gateway)),
    bound: { atLeast },
    unit,
  }
}

const SMALL = { group: 1, work: 'small', what: 'small JSON, 64 clients', unit: 'requests/s' }
const REQUEST = { group: 1, work: 'request-200k', what: '200 KB requests', unit: 'requests/s' }
const ANSWER = { group: 1, work: 'answer-1m', what: '1 MB answers', unit: 'answers/s' }
const SSE = { group: 1, work: 'sse', what: 'SSE of 500 events', unit: 'events/s' }
const TRANSLATED = {
  group: 3,
  work: 'translate-sse',
  what: 'translated SSE of 500 events',
  unit: 'events/s',
}
const TRANSLATED_REQUEST = {
  group: 3,
  work: 'translate-200k',
  what: 'translated 200 KB requests, fastest translating peer',
  unit: 'requests/s',
}
const TRANSLATED_SMALL = {
  group: 3,
  work: 'translate-small',
  what: 'translated small JSON, fastest translating peer (no demand but to be faster)',
  unit: 'requests/s',
}

/** Something that Portside may have at most so many times as the pipe has. */
function atMost(group: number, title: string, of: Operand, factor: number, unit: string): Demand {
  return { group, title, of, over: [{ ...of, gateway: 'pipe' }], bound: { atMost: factor }, unit }
}

/** A time to the first byte, less what it is without a gateway. */
function added(title: string, work: string, metric: string, factor: number): Demand {
  return {
    ...atMost(2, title, at(work, 'portside', metric), factor, 'ms'),
    less: at(work, 'direct', metric),
  }
}

/**
 * What 256 connections cost the system, as sockets that no cache has room for, they cost every gateway: what may not grow
 * is what Portside takes for a request in the pipe's.
 */
const CLIENTS: Demand = {
  group: 7,
  title: 'CPU a request as a multiple of the pipe’s, 256 clients against 16',
  of: { ...at('small-256', 'portside', 'cpuPerMillion'), per: 'pipe' },
  over: [{ ...at('small-16', 'portside', 'cpuPerMillion'), per: 'pipe' }],
  bound: { atMost: 1.25 },
  unit: '× the pipe’s',
}

/** The CPU of one unit at a large size over that at a smaller one. */
function growth(title: string, large: string, small: string): Demand {
  return {
    group: 7,
    title,
    of: at(large, 'portside', 'cpuPerMillion'),
    over: [at(small, 'portside', 'cpuPerMillion')],
    bound: { atMost: 1.25 },
    unit: 'CPU s/M',
  }
}

export const DEMANDS: readonly Demand[] = [
  rate(SMALL, ['portkey'], 10),
  rate(SMALL, ['pipe'], 1),
  rate(REQUEST, ['portkey'], 8),
  rate(ANSWER, ['portkey'], 10),
  rate(ANSWER, ['pipe'], 0.9),
  rate(SSE, ['portkey'], 5),
  rate(SSE, ['pipe'], 1),
  atMost(
    2,
    'CPU for 1 M paced events, 100 streams',
    at('paced-100', 'portside', 'cpuPerMillion'),
    1.2,
    'CPU s',
  ),
  added('added time to the first byte, median', 'first-byte', 'medianMs', 1.3),
  added('added time to the first byte, p99', 'first-byte', 'p99Ms', 2),
  added('added time to the first SSE event, median', 'first-event', 'medianMs', 1.3),
  added('added time to the first SSE event, p99', 'first-event', 'p99Ms', 2),
  rate(TRANSLATED, ['ccr'], 5),
  rate(TRANSLATED, ['pipe'], 0.5),
  rate(TRANSLATED_REQUEST, ['ccr', 'portkey-translating'], 2.5),
  rate(TRANSLATED_SMALL, ['ccr', 'portkey-translating'], 1),
  rate(
    { group: 3, work: 'bridge', what: 'tool bridge, 500 events and a call', unit: 'events/s' },
    ['portside-unbridged'],
    0.5,
  ),
  atMost(
    4,
    'lateness at p99, 500 streams of 100 events/s',
    at('paced-500-fast', 'portside', 'lateP99Ms'),
    2,
    'ms',
  ),
  atMost(4, 'lateness at p99, 500 streams of 10 events/s', at('paced-500', 'portside', 'lateP99Ms'), 2, 'ms'),
  {
    group: 4,
    title: '10,000 idle connections, memory they add before they ask anything',
    of: at('idle-silent', 'portside', 'addedMegabytes'),
    over: [],
    bound: { atMost: 150 },
    unit: 'MB',
  },
  {
    group: 4,
    title: '10,000 idle connections, memory they add after a request each',
    of: at('idle', 'portside', 'addedMegabytes'),
    over: [],
    bound: { atMost: 150 },
    unit: 'MB',
  },
  {
    group: 4,
    title: 'memory after an hour-equivalent of load over that after its first quarter',
    of: at('memory', 'portside', 'growth'),
    over: [],
    bound: { atMost: 1.1 },
    unit: '×',
  },
  {
    group: 5,
    title: 'small JSON with all bodies logged, against none',
    of: at('bodies', 'portside-bodies-all'),
    over: [at('bodies', 'portside-bodies-off')],
    bound: { atLeast: 0.85 },
    unit: 'requests/s',
  },
  ...(['locked', 'slow'] as const).map(
    (name): Demand => ({
      group: 5,
      title: `small JSON while the log’s database is ${name}, against free`,
      of: at('locked-log', name),
      over: [at('locked-log', 'free')],
      bound: { atLeast: 0.95 },
      unit: 'requests/s',
    }),
  ),
  atMost(6, 'from start to the first connection', at('start-up', 'portside', 'startMs'), 3, 'ms'),
  atMost(6, 'idle memory', at('start-up', 'portside', 'idleMegabytes'), 2, 'MB'),
  CLIENTS,
  growth('CPU an event, answers of 5,000 events against 500', 'sse-5000', 'sse'),
  growth('CPU a megabyte of a bridged call, 2,000 KiB against 128 KiB', 'bridge-2000k', 'bridge-128k'),
]
