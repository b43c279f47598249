import { fragment, type Scene, speak, tokens } from './scene.ts'

/** Answers as DeepSeek does on a good day. `evenIfOff`: thinks although that was switched off. */
export async function answerPlainly(scene: Scene, thought?: string, evenIfOff = false): Promise<void> {
  const say = speak(scene)
  const { text, thinking = thought } = scene.answer()
  await say.ready()
  await say.updateSession()
  const thinks = thinking !== undefined && (scene.thinking || evenIfOff)
  const [first = '', ...rest] = tokens(thinks ? thinking : text)
  await say.snapshot([fragment(1, thinks ? 'THINK' : 'RESPONSE', first)])
  const [next, ...others] = rest
  if (next !== undefined) await say.append('response/fragments/-1/content', next)
  for (const token of others) await say.bare(token)
  if (thinks) {
    await say.set('response/fragments/-1/elapsed_secs', 1.2)
    const [opening = '', ...following] = tokens(text)
    await say.append('response/fragments', [fragment(2, 'RESPONSE', opening)])
    for (const [index, token] of following.entries())
      await (index === 0 ? say.append('response/fragments/-1/content', token) : say.bare(token))
  }
  await say.finish()
}
