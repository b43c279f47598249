import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendJson } from '../upstream.ts'
import { createChallenges } from './challenges.ts'
import { route } from './routes.ts'
import { refused } from './scene.ts'
import { createState, type State } from './state.ts'

export type SimulatorOptions = {
  readonly port?: number
  readonly accounts?: readonly {
    readonly email?: string
    readonly mobile?: string
    readonly password?: string
    readonly token?: string
  }[]
  /** Exclusive bound of the answers; small ones make quick tests. */
  readonly difficulty?: number
  readonly challengeMs?: number
  /** The scenario where neither a header nor the prompt names one. */
  readonly scenario?: string
  /** What the model says; left out, it says a standing sentence. */
  readonly respond?: (prompt: string) => { readonly thinking?: string; readonly text: string }
  /** Refuse a second completion of an account while one runs. */
  readonly refuseParallel?: boolean
  /** Calls whose path ends so are refused with a message that repeats what was sent, as careless servers do. */
  readonly quotesAt?: string
  /** Polls until an uploaded file is read. */
  readonly filePolls?: number
}

/** One call as the simulator saw it. */
export type SeenCall = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Record<string, unknown>
  readonly text: string
  readonly at: number
}

export type DeepseekSimulator = {
  readonly url: string
  readonly calls: SeenCall[]
  readonly state: State
  /** Calls of one path, without its query. */
  callsOf(path: string): SeenCall[]
  /** May be changed while it runs. */
  options: SimulatorOptions
  close(): Promise<void>
}

/** A DeepSeek of one's own on a loopback port: accounts, sessions, challenges, files, and every way it is known to answer. */
export async function startDeepseek(options: SimulatorOptions = {}): Promise<DeepseekSimulator> {
  const calls: SeenCall[] = []
  const state = createState(
    options.accounts ?? [{ email: 'nora@example.test', password: 'open-the-harbour', token: 'sim-token-1' }],
  )
  const challenges = createChallenges({
    difficulty: options.difficulty ?? 80,
    lifetimeMs: options.challengeMs ?? 300_000,
  })
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const call = seen(request, raw)
    calls.push(call)
    const answer = (body: unknown, status = 200) => sendJson(response, status, body)
    if (call.path.endsWith(simulator.options.quotesAt ?? 'nowhere'))
      return answer(refused(50_000, `cannot take ${JSON.stringify([call.headers, call.body])}`))
    if (request.headers['user-agent'] === undefined) return answer({ detail: 'blocked' }, 429)
    await route({ call, raw, response, answer, state, challenges, simulator })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const simulator: DeepseekSimulator = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    state,
    options,
    callsOf: (path) => calls.filter((call) => call.path.split('?')[0] === path),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return simulator
}

function seen(request: IncomingMessage, raw: Buffer): SeenCall {
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json') && raw.length > 0
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: isJson ? JSON.parse(raw.toString('utf8')) : {},
    text: isJson ? raw.toString('utf8') : '',
    at: performance.now(),
  }
}
