import { answerPlainly } from './answer-plainly.ts'
import { failures } from './scenarios-failing.ts'
import { oldForms } from './scenarios-old.ts'
import { searches } from './scenarios-search.ts'
import { fragment, type Scene, speak, tokens } from './scene.ts'
import { ANSWER, FIRST_HALF, SECOND_HALF, TEMPLATE, THOUGHT } from './texts.ts'

export type Scenario = (scene: Scene) => Promise<void> | void

/** Every way in which the simulated DeepSeek can answer, by name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  plain: (scene) => answerPlainly(scene),
  thinking: (scene) => answerPlainly(scene, THOUGHT),
  'thinking-off-but-sent': (scene) => answerPlainly(scene, THOUGHT, true),
  'stray-think-end': strayThinkEnd,
  'inherited-frames': inheritedFrames,
  'nested-batch': nestedBatch,
  'multi-byte-split': multiByteSplit,
  'huge-line': hugeLine,
  'keep-alives': keepAlives,
  'crlf-and-unknown-events': unknownEvents,
  'filter-before-text': filterBeforeText,
  'filter-after-text': filterAfterText,
  'incomplete-continue': (scene) => incomplete(scene, true),
  'incomplete-no-replay': (scene) => incomplete(scene, false),
  'incomplete-for-ever': (scene) => incompleteForEver(scene),
  'auto-continue': autoContinue,
  'empty-then-answer': (scene) => (scene.asked > 0 ? answerPlainly(scene) : sayNothing(scene)),
  'empty-always': (scene) => sayNothing(scene),
  'thinking-only': (scene) => sayNothing(scene, THOUGHT),
  'call-in-thinking': (scene) =>
    sayNothing(scene, 'I will.\n<tool_calls>\n<invoke name="x"></invoke>\n</tool_calls>'),
  'eof-without-status': eofWithoutStatus,
  'no-finish-event': noFinishEvent,
  stall,
  'disconnect-mid-frame': disconnectMidFrame,
  'slow-answer': slowAnswer,
  ...searches,
  ...failures,
  ...oldForms,
}

async function strayThinkEnd(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'THINK', 'The tide table ')])
  await say.append('response/fragments/-1/content', 'says six.</thi')
  await say.bare(`nk>\n\n${ANSWER}`)
  await say.finish()
}

/** Frames whose path or op is left out take those of the frame before; a banner comes without an op of its own. */
async function inheritedFrames(scene: Scene): Promise<void> {
  const say = speak(scene)
  const [one = '', two = '', three = '', ...rest] = tokens(ANSWER)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', one)])
  await say.append('response/fragments/-1/content', two)
  await say.bare(three)
  await say.data({ p: 'response/fragments/-1/content', v: rest.join('') })
  await say.data({
    p: 'response/fragments',
    v: [fragment(2, 'TIP', 'Check this.', { style: 'WARNING', hide_on_wip: true })],
  })
  await say.data({ p: 'response/quasi_status', o: 'SET', v: 'FINISHED' })
  await say.data({ p: 'response/status', v: 'FINISHED' })
  await say.event('close', { click_behavior: 'none', auto_resume: false })
  scene.end()
}

async function nestedBatch(scene: Scene): Promise<void> {
  const say = speak(scene)
  const [one = '', two = '', three = '', ...rest] = tokens(ANSWER)
  await say.ready()
  await say.snapshot([])
  await say.batch('response', [
    { p: 'fragments', o: 'APPEND', v: [fragment(1, 'RESPONSE', one)] },
    {
      p: 'fragments/-1',
      o: 'BATCH',
      v: [{ p: 'content', o: 'APPEND', v: two }, { v: three }, { p: 'elapsed_secs', o: 'SET', v: 1 }],
    },
  ])
  await say.batch('response/fragments/-1', [{ p: 'content', o: 'APPEND', v: rest.slice(0, 2).join('') }])
  await say.bare([{ p: 'content', o: 'APPEND', v: rest.slice(2).join('') }])
  await say.finish()
}

async function multiByteSplit(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  const text = `data: ${JSON.stringify({ v: { response: { message_id: scene.responseId, status: 'WIP', fragments: [fragment(1, 'RESPONSE', ANSWER)] } } })}\n\n`
  for (const byte of Buffer.from(text)) {
    await scene.write(Uint8Array.of(byte))
    if (byte > 0x7f) await say.sleep(1)
  }
  await say.finish()
}

/** One line of two and a half mebibytes, as search results make them. */
async function hugeLine(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([
    fragment(1, 'TOOL_SEARCH', null, { status: 'WIP', queries: [{ query: 'harbour' }], results: [] }),
  ])
  await say.set('response/fragments/-1/results', [
    { url: 'https://example.test/tide', title: 'Tide', snippet: 'w'.repeat(2_621_440), cite_index: 1 },
  ])
  await say.append('response/fragments', [fragment(2, 'RESPONSE', ANSWER)])
  await say.finish()
}

async function keepAlives(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await scene.write(': keep-alive\n\n')
  await say.snapshot([fragment(1, 'RESPONSE', '')])
  for (const token of tokens(ANSWER)) {
    await scene.write(': keep-alive\n\n')
    await say.append('response/fragments/-1/content', token)
  }
  await say.finish()
}

async function unknownEvents(scene: Scene): Promise<void> {
  const say = speak(scene)
  await scene.write(`event: ready\r\ndata: {"response_message_id":${scene.responseId}}\r\n\r\n`)
  await say.event('execute', { command: 'nothing' })
  await say.event('hint', { type: 'info', content: 'Did you know?' })
  await say.snapshot([fragment(1, 'RESPONSE', ANSWER), fragment(2, 'NOVELTY', 'not for showing')])
  await say.data({ p: 'response/some_new_field', o: 'SET', v: { a: 1 } })
  await say.finish()
}

async function filterBeforeText(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([])
  await filterTail(scene)
}

async function filterAfterText(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', ANSWER)])
  await say.batch('response', [{ p: 'quasi_status', v: 'FINISHED' }])
  await filterTail(scene)
}

/** Moderation is retroactive: a canned text takes the whole answer's place. */
async function filterTail(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.batch('response', [{ p: 'accumulated_token_usage', v: 9 }])
  await say.bare([
    { p: 'ban_regenerate', v: true },
    { p: 'status', v: 'CONTENT_FILTER' },
    { p: 'fragments', v: [fragment(1, 'TEMPLATE_RESPONSE', TEMPLATE)] },
    { p: 'quasi_status', v: 'CONTENT_FILTER' },
  ])
  await say.event('finish', {})
  scene.end()
}

async function incomplete(scene: Scene, hasReplay: boolean): Promise<void> {
  const say = speak(scene)
  await say.ready()
  if (scene.endpoint === 'continue') {
    await say.snapshot([fragment(1, 'RESPONSE', hasReplay ? FIRST_HALF : SECOND_HALF)])
    if (hasReplay) await say.append('response/fragments/-1/content', SECOND_HALF)
    return say.finish()
  }
  await say.snapshot([fragment(1, 'RESPONSE', FIRST_HALF)])
  await say.finish('INCOMPLETE')
}

async function incompleteForEver(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', FIRST_HALF)])
  await say.finish('INCOMPLETE')
}

async function autoContinue(scene: Scene): Promise<void> {
  const say = speak(scene)
  if (scene.endpoint === 'continue') return incomplete(scene, true)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', FIRST_HALF)])
  await say.set('response/auto_continue', true)
  scene.end()
}

async function sayNothing(scene: Scene, thought?: string): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot(thought === undefined ? [] : [fragment(1, 'THINK', thought)])
  await say.finish()
}

async function eofWithoutStatus(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', 'The harbour opens')])
  await say.batch('response', [{ p: 'quasi_status', v: 'FINISHED' }])
  scene.end()
}

async function noFinishEvent(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', ANSWER)])
  await say.finish('FINISHED', { finishEvent: false })
}

/** Says something, and then nothing any more, with the connection open. */
async function stall(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', 'The harbour')])
  while (!scene.isGone()) await say.sleep(20)
}

async function disconnectMidFrame(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', 'The harbour opens')])
  await scene.write('data: {"p":"response/fragments/-1/content","o":"APPE')
  await say.sleep(20)
  scene.destroy()
}

/** Goes on until its reader leaves or two thousand words are said. */
async function slowAnswer(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', 'Once')])
  for (let word = 0; word < 2000 && !scene.isGone(); word++) {
    await say.append('response/fragments/-1/content', ` word${word}`)
    await say.sleep(5)
  }
  await say.finish()
}
