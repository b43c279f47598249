import { fragment, type Scene, speak } from './scene.ts'

export const PAGES = ['https://example.test/tides', 'https://example.test/gates'] as const

const RESULTS = PAGES.map((url, index) => ({
  url,
  title: `Page ${index + 1}`,
  snippet: 'About harbours.',
  cite_index: index + 1,
  published_at: null,
  site_icon: null,
  site_name: 'Example',
  query_indexes: [0],
}))

/** Answers that search the web first, and cite what they found. */
export const searches = {
  'search-reference': searchReference,
  'legacy-citation': legacyCitation,
  'late-citations': lateCitations,
  'unknown-citation': unknownCitation,
}

async function searchReference(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'THINK', 'I look it up.')], { has_pending_fragment: true })
  await say.batch('response', [
    {
      p: 'fragments',
      o: 'APPEND',
      v: [fragment(2, 'TOOL_SEARCH', null, { status: 'WIP', queries: [{ query: 'tide' }], results: [] })],
    },
    { p: 'has_pending_fragment', o: 'SET', v: false },
  ])
  await say.set('response/fragments/-1/results', RESULTS)
  await say.set('response/fragments/-1/status', 'FINISHED')
  await say.append('response/fragments', [
    fragment(3, 'TOOL_OPEN', null, {
      status: 'WIP',
      result: RESULTS[1],
      reference: { id: 2, type: 'TOOL_SEARCH' },
    }),
  ])
  await say.set('response/fragments/-1/status', 'FINISHED')
  await say.set('response/fragments/-2/status', 'FINISHED')
  await say.append('response/fragments', [fragment(4, 'RESPONSE', 'High tide is at six')])
  await say.batch('response/fragments/-1', [
    { p: 'content', o: 'APPEND', v: '[reference:0]' },
    { p: 'references', o: 'SET', v: [{ id: 2, type: 'TOOL_SEARCH' }] },
  ])
  await say.batch('response/fragments/-1', [
    { p: 'content', o: 'APPEND', v: ' and the gate opens[reference:1]' },
    { p: 'references', v: [{ id: 3, type: 'TOOL_OPEN' }] },
    { p: 'content', o: 'APPEND', v: '.' },
  ])
  await say.finish()
}

async function legacyCitation(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([])
  await say.set('response/search_results', RESULTS)
  await say.append('response/fragments', [fragment(1, 'RESPONSE', 'High tide is at six[cita')])
  await say.append('response/fragments/-1/content', 'tion:1] and the gate opens[citation:2].')
  await say.finish()
}

/** The results come only behind the message's end. */
async function lateCitations(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([
    fragment(1, 'RESPONSE', 'High tide is at six[citation:1] and the gate opens[citation:2].'),
  ])
  await say.set(
    'response/search_results',
    RESULTS.map(({ cite_index: _later, ...result }) => result),
  )
  await say.set('response/status', 'FINISHED')
  await say.sleep(30)
  await say.batch('response/search_results', [
    { p: '0/cite_index', v: 1 },
    { p: '1/cite_index', v: 2 },
  ])
  await say.event('close', { click_behavior: 'none', auto_resume: false })
  scene.end()
}

async function unknownCitation(scene: Scene): Promise<void> {
  const say = speak(scene)
  await say.ready()
  await say.snapshot([fragment(1, 'RESPONSE', 'High tide is at six[citation:7].')])
  await say.finish()
}
