import { answerPlainly } from './answer-plainly.ts'
import { bizRefused, fragment, refused, type Scene, speak } from './scene.ts'

/** How long the simulator mutes an account: a day. */
export const MUTE_MS = 86_400_000

/** Every way in which the simulated DeepSeek refuses. */
export const failures = {
  'hint-rate-limit': (scene: Scene) =>
    hint(scene, 'rate_limit_reached', 'You are sending messages too fast.'),
  'hint-too-long': (scene: Scene) => hint(scene, 'input_exceeds_limit', 'The message is too long.'),
  'hint-other': (scene: Scene) => hint(scene, 'server_is_tired', 'Please come back.'),
  /** Once for a session: a client that renews its token gets its answer. */
  'code-40003': (scene: Scene) => {
    if (!scene.isFirst('40003')) return answerPlainly(scene)
    scene.revokeToken()
    scene.reply(200, refused(40003, 'Authorization Failed (invalid token)'))
  },
  'code-40003-in-sse': async (scene: Scene) => {
    if (!scene.isFirst('40003')) return answerPlainly(scene)
    scene.revokeToken()
    await speak(scene).data(refused(40003, 'Authorization Failed (invalid token)'))
    scene.end()
  },
  'code-40002': (scene: Scene) => scene.reply(200, refused(40002, 'Too many requests')),
  'code-40002-token': (scene: Scene) => {
    if (!scene.isFirst('40002')) return answerPlainly(scene)
    scene.revokeToken()
    scene.reply(200, refused(40002, 'Missing Token'))
  },
  'code-40005': (scene: Scene) => scene.reply(200, refused(40005, 'CLIENT_VERSION_TOO_LOW')),
  /** Once for a session: a new challenge is taken. */
  'code-40301': (scene: Scene) =>
    scene.isFirst('40301') ? scene.reply(200, refused(40301, 'INVALID_POW_RESPONSE')) : answerPlainly(scene),
  'code-40301-always': (scene: Scene) => scene.reply(200, refused(40301, 'INVALID_POW_RESPONSE')),
  'code-1001': (scene: Scene) => scene.reply(200, refused(1001, 'system busy')),
  'biz-26': (scene: Scene) => scene.reply(200, bizRefused(26, 'invalid message id')),
  'muted-json': (scene: Scene) => scene.reply(200, muted(scene)),
  'muted-bare-line': async (scene: Scene) => {
    await speak(scene).ready()
    await scene.write(`${JSON.stringify(muted(scene))}\n`)
    scene.end()
  },
  'muted-sse': async (scene: Scene) => {
    await speak(scene).data(muted(scene))
    scene.end()
  },
  'waf-202': (scene: Scene) => scene.reply(202, '', { 'x-amzn-waf-action': 'challenge' }),
  'html-page': (scene: Scene) =>
    scene.reply(200, '<!DOCTYPE html><html><head><title>Just a moment…</title></head></html>', {
      'content-type': 'text/html',
    }),
  'http-429': (scene: Scene) => scene.reply(429, { detail: 'slow down' }, { 'retry-after': '7' }),
  'http-500': (scene: Scene) => scene.reply(500, { detail: 'oops' }),
  'error-object': async (scene: Scene) => {
    await speak(scene).data({ error: { message: 'the model is overloaded', code: 'overloaded' } })
    scene.end()
  },
  'bad-event': async (scene: Scene) => {
    const say = speak(scene)
    await say.ready()
    await say.snapshot([fragment(1, 'RESPONSE', 'The harbour opens')])
    await scene.write('data: {"p":"response/frag\n\n')
    await say.finish()
  },
}

async function hint(scene: Scene, reason: string, content: string): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.updateSession()
  await say.event('hint', { type: 'error', content, clear_response: true, finish_reason: reason })
  await say.event('close', { click_behavior: 'retry', auto_resume: false })
  scene.end()
}

function muted(scene: Scene) {
  const until = Date.now() + MUTE_MS
  scene.mute(until)
  return bizRefused(5, 'user is muted', { mute_until: Math.round(until / 1000) })
}
