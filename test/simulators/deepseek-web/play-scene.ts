import { sendJson } from '../upstream.ts'
import type { Visit } from './routes.ts'
import { SCENARIOS } from './scenarios.ts'
import { bizRefused, refused, type Scene } from './scene.ts'
import type { DeepseekSimulator, SeenCall } from './start-deepseek.ts'
import type { SimulatedAccount, SimulatedSession } from './state.ts'
import { ANSWER } from './texts.ts'

/** Checks proof, session and place, and plays the scenario that was asked for. */
export async function playScene(visit: Visit, account: SimulatedAccount, path: string): Promise<void> {
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
    revokeToken: () => state.revoke(account, String(call.headers.authorization).replace(/^Bearer /, '')),
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
