import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChallenges } from './challenges.ts'
import { answerFile } from './files.ts'
import { SCENARIOS } from './scenarios.ts'
import { bizRefused, ok, refused, type Scene } from './scene.ts'
import { createState, type SimulatedAccount, type SimulatedSession, type State } from './state.ts'
import { ANSWER } from './texts.ts'

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

type Visit = {
  readonly call: SeenCall
  readonly raw: Buffer
  readonly response: ServerResponse
  readonly answer: (body: unknown, status?: number) => void
  readonly state: State
  readonly challenges: ReturnType<typeof createChallenges>
  readonly simulator: DeepseekSimulator
}

/** The fields that each route demands; one that is missing is answered with 422. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  '/api/v0/users/login': ['password', 'device_id', 'os'],
  '/api/v0/chat_session/delete': ['chat_session_id'],
  '/api/v0/chat_session/update_title': ['chat_session_id', 'title'],
  '/api/v0/chat/create_pow_challenge': ['target_path'],
  '/api/v0/chat/completion': [
    'chat_session_id',
    'parent_message_id',
    'prompt',
    'ref_file_ids',
    'thinking_enabled',
    'search_enabled',
  ],
  '/api/v0/chat/continue': ['chat_session_id', 'message_id', 'fallback_to_resume'],
  '/api/v0/chat/edit_message': [
    'chat_session_id',
    'message_id',
    'prompt',
    'search_enabled',
    'thinking_enabled',
  ],
  '/api/v0/chat/stop_stream': ['chat_session_id', 'message_id'],
  '/api/v0/file/fork_file_task': ['file_id', 'to_model_type'],
}

async function route(visit: Visit): Promise<void> {
  const { call, answer, state } = visit
  const path = call.path.split('?')[0] ?? ''
  const missing = (REQUIRED[path] ?? []).find((field) => !(field in call.body))
  if (missing !== undefined) return answer({ detail: [{ loc: `body.${missing}` }] }, 422)
  if (path === '/api/v0/users/login') return logIn(visit)
  const account = state.accountOf(call.headers.authorization)
  if (account === undefined) return answer(refused(40003, 'Authorization Failed (invalid token)'))
  switch (path) {
    case '/api/v0/users/current':
      return answer(ok(currentUser(account, tokenOf(call))))
    case '/api/v0/chat_session/create':
      return answer(ok(createSession(state, account)))
    case '/api/v0/chat_session/fetch_page':
      return answer(
        ok({
          chat_sessions: state
            .sessionsOf(account)
            .map(({ id }) => ({ id, title: null, title_type: 'WIP', pinned: false, updated_at: 0 })),
          has_more: false,
        }),
      )
    case '/api/v0/chat_session/delete':
      return deleteSession(visit, account)
    case '/api/v0/chat_session/delete_all':
      for (const session of state.sessionsOf(account)) session.isDeleted = true
      return answer(ok(null))
    case '/api/v0/chat_session/update_title':
      return updateTitle(visit, account)
    case '/api/v0/chat/create_pow_challenge': {
      const challenge = visit.challenges.issue(call.body.target_path)
      return challenge === undefined
        ? answer(bizRefused(1, 'INVALID_TARGET_PATH'))
        : answer(ok({ challenge }))
    }
    case '/api/v0/chat/completion':
    case '/api/v0/chat/continue':
    case '/api/v0/chat/edit_message':
      return speakTo(visit, account, path)
    case '/api/v0/chat/stop_stream': {
      const session = state.sessions.get(String(call.body.chat_session_id))
      if (session !== undefined) session.stopped.push(Number(call.body.message_id))
      return answer(ok(null))
    }
    case '/api/v0/client/settings':
      return answer(ok({ settings: { model_configs: { value: MODEL_CONFIGS } } }))
    default:
      if (path.startsWith('/api/v0/file/')) return answerFile(visit, path, account)
      return answer({ detail: 'Not Found' }, 404)
  }
}

const MODEL_CONFIGS = [
  {
    model_type: 'default',
    enabled: true,
    input_character_limit: 2_621_440,
    think_feature: {},
    search_feature: {},
  },
  {
    model_type: 'expert',
    enabled: true,
    input_character_limit: 163_840,
    think_feature: {},
    search_feature: {},
  },
  {
    model_type: 'vision',
    enabled: true,
    input_character_limit: 2_621_440,
    think_feature: {},
    search_feature: null,
  },
]

function logIn({ call, answer, state }: Visit): void {
  const { email, mobile, password } = call.body
  const account = state.accounts.find(
    (one) =>
      (one.email !== undefined && one.email === email) || (one.mobile !== undefined && one.mobile === mobile),
  )
  if (account === undefined || account.password !== password)
    return answer(bizRefused(2, 'PASSWORD_OR_USER_NAME_IS_WRONG'))
  if (account.isBanned) return answer(ok({ code: 5, msg: 'USER_IS_BANNED', user: null }))
  const token = state.issueToken(account)
  answer(ok({ code: 0, msg: '', user: { ...currentUser(account, token), status: 0, id_profiles: [] } }))
}

function currentUser(account: SimulatedAccount, token: string) {
  const isMuted = account.mutedUntil > Date.now()
  return {
    id: account.id,
    token: account.rotatesTo ?? token,
    email: account.email === undefined ? '' : 'n***@example.test',
    mobile_number: '',
    chat: { is_muted: isMuted ? 1 : 0, mute_until: isMuted ? Math.round(account.mutedUntil / 1000) : null },
  }
}

function tokenOf(call: SeenCall): string {
  return String(call.headers.authorization ?? '').replace(/^Bearer /, '')
}

function createSession(state: State, account: SimulatedAccount) {
  const session = state.createSession(account)
  return {
    chat_session: {
      id: session.id,
      seq_id: 1,
      agent: 'chat',
      model_type: 'default',
      title: null,
      title_type: 'WIP',
      version: 0,
      current_message_id: null,
      pinned: false,
      inserted_at: 1_775_380_966.1,
      updated_at: 1_775_380_966.1,
    },
    ttl_seconds: 259_200,
  }
}

function deleteSession({ call, answer, state }: Visit, account: SimulatedAccount): void {
  const session = state.ownSession(account, call.body.chat_session_id)
  if (session === undefined) return answer(bizRefused(1, 'ILLEGAL_CHAT_SESSION_ID'))
  session.isDeleted = true
  answer(ok(null))
}

function updateTitle({ call, answer, state }: Visit, account: SimulatedAccount): void {
  const session = state.ownSession(account, call.body.chat_session_id)
  if (session === undefined) return answer(bizRefused(1, 'ILLEGAL_CHAT_SESSION_ID'))
  if (session.nextId === 1) return answer(bizRefused(5, 'EMPTY_CHAT_SESSION'))
  answer(ok({ chat_session_updated_at: 0, title: call.body.title }))
}

async function speakTo(visit: Visit, account: SimulatedAccount, path: string): Promise<void> {
  const { call, answer, state, challenges, simulator } = visit
  // A continuation is proved as a part of its completion: there is no challenge for its own path.
  const target = path.endsWith('/continue') ? '/api/v0/chat/completion' : path
  const wrong = challenges.refuse(call.headers['x-ds-pow-response'], target)
  if (wrong !== undefined) return answer(refused(40301, `INVALID_POW_RESPONSE: ${wrong}`))
  const session = state.ownSession(account, call.body.chat_session_id)
  if (session === undefined) return answer(bizRefused(1, 'ILLEGAL_CHAT_SESSION_ID'))
  if (account.mutedUntil > Date.now())
    return answer(bizRefused(5, 'user is muted', { mute_until: Math.round(account.mutedUntil / 1000) }))
  if (!isRightPlace(path, call, session)) return answer(bizRefused(26, 'invalid message id'))
  const scene = createScene(visit, account, session, path)
  if (simulator.options.refuseParallel === true && account.live > 0) {
    await SCENARIOS['hint-rate-limit']?.(scene)
    return
  }
  account.live++
  state.mostLive = Math.max(state.mostLive, account.live)
  try {
    await (SCENARIOS[session.scenario] ?? SCENARIOS.plain)?.(scene)
  } finally {
    account.live--
  }
}

/** Ids count up in a session, so a follow-up must name the message before it. */
function isRightPlace(path: string, { body }: SeenCall, session: SimulatedSession): boolean {
  if (path.endsWith('/completion'))
    return session.lastResponse === undefined
      ? body.parent_message_id === null
      : body.parent_message_id === session.lastResponse
  if (path.endsWith('/continue')) return body.message_id === session.lastResponse
  return Number(body.message_id) < session.nextId
}

function createScene(
  { call, response, simulator, state }: Visit,
  account: SimulatedAccount,
  session: SimulatedSession,
  path: string,
): Scene {
  const endpoint = path.endsWith('/completion')
    ? 'completion'
    : path.endsWith('/continue')
      ? 'continue'
      : 'edit'
  const prompt = typeof call.body.prompt === 'string' ? call.body.prompt : session.prompts.join('\n')
  const asked = session.prompts.length
  const before = { nextId: session.nextId, lastResponse: session.lastResponse }
  /** A question that was refused has never been asked. */
  const forget = () => {
    session.nextId = before.nextId
    session.lastResponse = before.lastResponse
    session.prompts.length = asked
  }
  if (endpoint !== 'continue') {
    session.prompts.push(prompt)
    session.nextId += 2
    session.lastResponse = session.nextId - 1
    if (asked === 0) session.scenario = scenarioOf(call, prompt, simulator)
    session.thinking = call.body.thinking_enabled === true
    session.search = call.body.search_enabled === true
    session.modelType = String(call.body.model_type ?? 'default')
  }
  let isGone = false
  response.on('close', () => {
    isGone = !response.writableFinished
  })
  return {
    endpoint,
    prompt,
    asked,
    thinking: session.thinking,
    search: session.search,
    modelType: session.modelType,
    requestId: session.nextId - 2,
    responseId: session.nextId - 1,
    mute(untilMs) {
      account.mutedUntil = untilMs
    },
    revokeToken: () => state.revoke(account, tokenOf(call)),
    isFirst(what) {
      const key = `${what} ${session.id}`
      if (state.happened.has(key)) return false
      state.happened.add(key)
      forget()
      return true
    },
    answer: () => simulator.options.respond?.(prompt) ?? { text: ANSWER },
    reply(status, body, headers = {}) {
      forget()
      if (typeof body === 'string') response.writeHead(status, headers).end(body)
      else sendJson(response, status, body, headers)
    },
    write(bytes) {
      if (!response.headersSent)
        response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      return new Promise((resolve) => {
        if (response.destroyed || response.write(bytes)) resolve()
        else response.once('drain', resolve).once('close', resolve)
      })
    },
    end: () => response.end(),
    destroy: () => response.destroy(),
    isGone: () => isGone,
  }
}

/** A header decides, else a magic word in the prompt, else what the simulator was started with. */
function scenarioOf({ headers }: SeenCall, prompt: string, { options }: DeepseekSimulator): string {
  const named = headers['x-simulate']
  if (typeof named === 'string') return named
  return /\[\[sim:([a-z0-9-]+)\]\]/.exec(prompt)?.[1] ?? options.scenario ?? 'plain'
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
