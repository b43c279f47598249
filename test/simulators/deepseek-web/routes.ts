import type { ServerResponse } from 'node:http'
import type { Challenges } from './challenges.ts'
import { answerFile } from './files.ts'
import { playScene } from './play-scene.ts'
import { bizRefused, ok, refused } from './scene.ts'
import type { DeepseekSimulator, SeenCall } from './start-deepseek.ts'
import type { SimulatedAccount, State } from './state.ts'

/** One call on its way to its route. */
export type Visit = {
  readonly call: SeenCall
  readonly raw: Buffer
  readonly response: ServerResponse
  readonly answer: (body: unknown, status?: number) => void
  readonly state: State
  readonly challenges: Challenges
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

/** Answers one call as the route that it names. */
export async function route(visit: Visit): Promise<void> {
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
      return playScene(visit, account, path)
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
