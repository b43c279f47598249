import { afterEach, describe, expect, it, vi } from 'vitest'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { startUpstream } from '../simulators/upstream.ts'
import { startPortside } from '../support/start-portside.ts'

const running: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

/** A Portside whose upstream answers each request when it is told to. */
async function start() {
  const finishes: (() => void)[] = []
  const upstream = await startUpstream((request, response) => {
    finishes.push(() => sayAsOpenAiChat(request, response, { text: 'tide' }))
  })
  running.push(upstream)
  const baseUrl = `${upstream.url}/v1`
  const portside = await startPortside({
    providers: [{ id: 'sim', type: 'openai-chat', baseUrl, models: ['m'], privateNetwork: true }],
    pool: { perAccountInflight: 10 },
  })
  running.push({ close: () => portside.stop() })
  const ask = (path: string, text: string, key?: string) =>
    portside.post(
      path,
      { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: text }] },
      key === undefined ? {} : { headers: { 'idempotency-key': key } },
    )
  return { upstream, finishes, ask }
}

describe.each(['/v1/chat/completions', '/v1/messages'])('REL-11: an Idempotency-Key on %s', (path) => {
  it('keeps a request that is under way from going out a second time', async () => {
    const { upstream, finishes, ask } = await start()
    const first = ask(path, 'one', 'key-1')
    await vi.waitFor(() => expect(finishes).toHaveLength(1))
    const again = await ask(path, 'one', 'key-1')
    expect([again.status, (await again.json()).error.message]).toEqual([
      409,
      expect.stringContaining('is being answered now'),
    ])
    const other = await ask(path, 'two', 'key-1')
    expect(other.status).toBe(422)
    finishes[0]?.()
    expect((await first).status).toBe(200)
    expect(upstream.requests).toHaveLength(1)
    // The first one is over: the same key begins anew.
    const later = ask(path, 'one', 'key-1')
    await vi.waitFor(() => expect(finishes).toHaveLength(2))
    finishes[1]?.()
    expect((await later).status).toBe(200)
  })

  it('says nothing of other keys, and without one nothing is joined', async () => {
    const { finishes, ask } = await start()
    const asked = [ask(path, 'one', 'key-1'), ask(path, 'one', 'key-2'), ask(path, 'one'), ask(path, 'one')]
    await vi.waitFor(() => expect(finishes).toHaveLength(4))
    for (const finish of finishes) finish()
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })
})
