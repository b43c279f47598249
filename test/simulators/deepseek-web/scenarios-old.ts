import { type Scene, speak, tokens } from './scene.ts'
import { ANSWER, THOUGHT } from './texts.ts'

/** The two forms that the vendor's builds spoke before fragments. */
export const oldForms = {
  'old-choices': oldChoices,
  'old-choices-busy': (scene: Scene) => choice(scene, {}, 'backend_busy').then(() => scene.end()),
  'old-choices-filter': oldFilter,
  'intermediate-2025': intermediate,
}

function choice(scene: Scene, delta: object, reason: string | null = null): Promise<void> {
  return speak(scene).data({
    message_id: scene.responseId,
    choices: [{ index: 0, delta, finish_reason: reason }],
  })
}

async function oldChoices(scene: Scene): Promise<void> {
  await choice(scene, { role: 'assistant' })
  if (scene.thinking)
    for (const content of tokens(THOUGHT)) await choice(scene, { type: 'thinking', content })
  for (const content of tokens(ANSWER)) await choice(scene, { type: 'text', content })
  await choice(scene, {}, 'stop')
  await scene.write('data: [DONE]\n\n')
  scene.end()
}

async function oldFilter(scene: Scene): Promise<void> {
  await choice(scene, { type: 'text', content: ANSWER })
  await speak(scene).data({ code: 'content_filter' })
  scene.end()
}

async function intermediate(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.data({
    v: { response: { message_id: scene.responseId, status: 'WIP', thinking_content: null, content: '' } },
  })
  if (scene.thinking) {
    const [first = '', ...rest] = tokens(THOUGHT)
    await say.append('response/thinking_content', first)
    for (const token of rest) await say.bare(token)
  }
  const [first = '', second = '', ...rest] = tokens(ANSWER)
  await say.append('response/content', first)
  await say.bare({ text: second })
  for (const token of rest) await say.bare(token)
  await say.set('response/status', 'FINISHED')
  scene.end()
}
