import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Saying,
  sayAsAnthropic,
  sayAsGemini,
  sayAsOpenAiChat,
  sayAsOpenAiResponses,
} from '../simulators/say.ts'
import { type SeenRequest, sendJson, startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'
import { chatCompletionsRequest } from './chat-completions.ts'
import { geminiRequest } from './gemini.ts'
import { type Api, judge } from './judge.ts'
import { countTokensRequest, messagesRequest } from './messages.ts'
import { type Mutation, mutate, mutation } from './mutate.ts'
import { REGRESSIONS } from './regressions.ts'
import { responsesRequest } from './responses.ts'
import { type FuzzFailure, runFuzz } from './run-fuzz.ts'
import { createSender, type Sender } from './send.ts'

/** PORTSIDE_FUZZ_RUNS and PORTSIDE_FUZZ_SEED repeat a longer run, or the one that failed. */
const RUNS = Number(process.env.PORTSIDE_FUZZ_RUNS ?? 20_000)
const SEED = Number(process.env.PORTSIDE_FUZZ_SEED ?? Date.now() % 2 ** 31)
const CONCURRENCY = 16

const UPSTREAMS = {
  anthropic: { say: sayAsAnthropic, base: '' },
  'openai-chat': { say: sayAsOpenAiChat, base: '/v1' },
  'openai-responses': { say: sayAsOpenAiResponses, base: '/v1' },
  gemini: { say: sayAsGemini, base: '' },
} as const
type UpstreamProtocol = keyof typeof UPSTREAMS

const REQUESTS = {
  chat: chatCompletionsRequest,
  messages: messagesRequest,
  'count-tokens': countTokensRequest,
  responses: responsesRequest,
  gemini: geminiRequest,
  'gemini-stream': geminiRequest,
  'gemini-array': geminiRequest,
  'gemini-count': geminiRequest,
} as const

const SAYINGS: readonly Saying[] = [
  { text: 'The tide turns at noon.' },
  { thinking: 'let me think', text: 'Done.' },
  { text: 'I call.', calls: [{ id: 'call_new', name: 'read_file', input: { path: 'a' } }] },
  {
    calls: [
      { id: 'call_x', name: 'run', input: {} },
      { id: 'call_y', name: 'write_file', input: { deep: [1, 'é'] } },
    ],
  },
]

/** Not the protocol's own name: under `/anthropic/` Portside speaks to any provider. */
function providerOf(upstream: UpstreamProtocol): string {
  return `fuzz-${upstream}`
}

function pathOf(api: Api, upstream: UpstreamProtocol): string {
  const prefix = `/${providerOf(upstream)}`
  switch (api) {
    case 'chat':
      return `${prefix}/v1/chat/completions`
    case 'messages':
      return `${prefix}/v1/messages`
    case 'count-tokens':
      return `${prefix}/v1/messages/count_tokens`
    case 'responses':
      return `${prefix}/v1/responses`
    case 'gemini':
      return `${prefix}/v1beta/models/sim-model:generateContent`
    case 'gemini-array':
      return `${prefix}/v1beta/models/sim-model:streamGenerateContent`
    case 'gemini-count':
      return `${prefix}/v1beta/models/sim-model:countTokens`
    case 'gemini-stream':
      return `${prefix}/v1beta/models/sim-model:streamGenerateContent?alt=sse`
  }
}

type Case = {
  readonly api: Api
  readonly upstream: UpstreamProtocol
  readonly body: unknown
  readonly mutation: Mutation
}

const apis = Object.keys(REQUESTS) as (keyof typeof REQUESTS)[]
const cases: fc.Arbitrary<Case> = fc.constantFrom(...apis).chain((api) =>
  fc.record({
    api: fc.constant(api),
    upstream: fc.constantFrom(...(Object.keys(UPSTREAMS) as UpstreamProtocol[])),
    body: REQUESTS[api],
    mutation,
  }),
)

/** A model that has the best of manners, whatever it is asked. */
function answer(
  protocol: UpstreamProtocol,
  seen: SeenRequest,
  response: ServerResponse,
  index: number,
): void {
  if (seen.path.endsWith('/count_tokens')) sendJson(response, 200, { input_tokens: 7 })
  else if (seen.path.endsWith(':countTokens')) sendJson(response, 200, { totalTokens: 7 })
  else UPSTREAMS[protocol].say(seen, response, SAYINGS[index % SAYINGS.length]!)
}

let upstreams: Upstream[]
let portside: RunningPortside
let sender: Sender

beforeAll(async () => {
  const protocols = Object.keys(UPSTREAMS) as UpstreamProtocol[]
  upstreams = await Promise.all(
    protocols.map((protocol) =>
      startUpstream((seen, response, index) => answer(protocol, seen, response, index)),
    ),
  )
  portside = await startPortside({
    providers: protocols.map((type, index) => ({
      id: providerOf(type),
      type,
      baseUrl: upstreams[index]!.url + UPSTREAMS[type].base,
      models: ['*'],
      privateNetwork: true,
    })),
    accounts: protocols.map((type) => ({
      provider: providerOf(type),
      name: 'fuzz',
      apiKey: 'sk-fuzz-upstream-key',
    })),
    pool: { perAccountInflight: 2 * CONCURRENCY },
  })
  sender = createSender(portside.port, CONCURRENCY)
})
afterAll(async () => {
  sender.close()
  await portside.stop()
  await Promise.all(upstreams.map((upstream) => upstream.close()))
})

type Sent = {
  readonly api: Api
  readonly upstream: UpstreamProtocol
  readonly bytes: Buffer
  readonly isValid: boolean
}

/** What an upstream of another protocol cannot do, however well it is asked. */
const RIGHTLY_REFUSED = /\baudio\b|must be 1/

async function problemOf({ api, upstream, bytes, isValid }: Sent): Promise<string | undefined> {
  const reply = await sender.post(pathOf(api, upstream), bytes)
  const isRefused = isValid && reply.status !== 200 && !RIGHTLY_REFUSED.test(reply.text)
  const problem = isRefused ? 'a valid request refused' : judge(api, parse(bytes), reply)
  return problem && `${problem}: ${reply.status} ${reply.text.slice(0, 2000)}`
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    // Not JSON: Portside must have said so.
    return undefined
  }
}

/** The smallest failing request, as `regressions.ts` keeps it. */
function tell({ smallest, problem, all }: FuzzFailure<Case>): string {
  const body = mutate(smallest.body, smallest.mutation).toString()
  const { api, upstream } = smallest
  const kinds = new Set(all.map((each) => each.slice(0, 120)))
  return `${all.length} of ${RUNS} failed, seed ${SEED}\n${[...kinds].slice(0, 20).join('\n')}\n\n${problem}\n${JSON.stringify({ api, upstream, body }, null, 1)}`
}

describe('No request makes Portside fail', () => {
  it.each(REGRESSIONS)('$api: $was', async ({ api, body }) => {
    for (const upstream of Object.keys(UPSTREAMS) as UpstreamProtocol[])
      expect(await problemOf({ api, upstream, bytes: Buffer.from(body), isValid: false })).toBeUndefined()
  })

  it(`${RUNS} requests, each with one fault, get an answer that their client can read (seed ${SEED})`, async () => {
    const failure = await runFuzz({
      cases,
      check: ({ api, upstream, body, mutation: fault }) =>
        problemOf({ api, upstream, bytes: mutate(body, fault), isValid: fault.kind === 'none' }),
      runs: RUNS,
      seed: SEED,
      concurrency: CONCURRENCY,
    })
    if (failure !== undefined) throw new Error(tell(failure))
  }, 600_000)
})
