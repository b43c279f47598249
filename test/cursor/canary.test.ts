import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenToConsoles } from '../support/listen-to-consoles.ts'
import { OUTCOMES } from './outcomes.ts'
import { type Stage, stage, untilListed } from './stage.ts'

const KEYS = ['canary-crsr-7Hq2Wn5Xc8Vb4Rt6Yu8I', 'canary-crsr-refused-0Pa2Sd4Fg6Hj'] as const
const COOKIE = 'user_01CANARY%3A%3AeyJjYW5hcnkiOiJ5ZXMifQ.9Kl0Zx2Cv4Bn6Mq8.Wp1Ls3Df5Gh7'

let on: Stage
beforeAll(async () => {
  on = await stage({
    // Programs and servers that repeat what they were given.
    standIn: { quotesKey: true },
    api: { cookie: COOKIE },
    accounts: [
      { id: 'one', provider: 'cursor', name: 'one', apiKey: KEYS[0], token: COOKIE },
      { id: 'two', provider: 'cursor', name: 'two', apiKey: KEYS[1] },
    ],
    settings: {
      log: { bodies: 'all' },
      cooldown: { enabled: false },
      breaker: { enabled: false },
      retry: { maxAttempts: 1 },
    },
  })
  await untilListed(on)
})
afterAll(() => on.stop())

const FORMS = [...KEYS, COOKIE, decodeURIComponent(COOKIE)].flatMap((secret) => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
])
const hits = (text: string) => FORMS.filter((form) => text.includes(form))

/** The arguments of every process of this machine, as `ps` shows them. */
async function everyArgument(): Promise<string> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const texts = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')),
  )
  return texts.join('\n')
}

describe('SEC-21 what a Cursor account signs in with', () => {
  it('stands in no answer, row, body, status, account, argument or file, also where Cursor repeats it', async () => {
    const consoles = listenToConsoles()
    let written = ''
    const seen: string[] = []
    try {
      for (const [index, name] of Object.keys(OUTCOMES).entries()) {
        const headers = { 'x-portside-account': index % 2 === 0 ? 'one' : 'two' }
        const response = await on.chat(`[[sim:${name}]]`, { stream: index % 3 === 0 }, { headers })
        seen.push(JSON.stringify([...response.headers]), await response.text())
      }
      const slow = on.chat('[[sim:slow]]', {}, { headers: { 'x-portside-account': 'one' } })
      await expect.poll(() => on.cursor.runs().at(-1)?.prompt, { interval: 5 }).toContain('sim:slow')
      seen.push(await everyArgument(), await (await slow).text())
      const control = createRouterClient(on.portside.proxy.control, { context: {} })
      seen.push(
        JSON.stringify([
          await control.accounts.list(),
          await control.settings.get(),
          on.portside.proxy.status(),
        ]),
      )
      for (const quotes of [false, true]) {
        on.api.setUp = { cookie: COOKIE, quotes }
        for (const id of ['one', 'two']) seen.push(JSON.stringify(await control.accounts.test({ id })))
      }
      await on.portside.proxy.log.flush()
    } finally {
      written = consoles.restore()
    }
    expect(on.cursor.runs().map(({ apiKey }) => apiKey)).toEqual(expect.arrayContaining([...KEYS]))
    expect(seen.flatMap(hits)).toEqual([])
    expect(seen.join('')).toContain('[redacted]')
    expect(hits(written)).toEqual([])
    const rows = await on.portside.proxy.log.list({ limit: 500 })
    expect(rows.length).toBeGreaterThan(Object.keys(OUTCOMES).length)
    expect(hits(JSON.stringify(rows))).toEqual([])
    const bodies = await Promise.all(rows.map((row) => on.portside.proxy.log.bodies(row.id)))
    expect(hits(JSON.stringify(bodies))).toEqual([])
    await on.portside.proxy.stop()
    for (const name of await readdir(on.portside.home, { recursive: true })) {
      const text = await readFile(join(on.portside.home, name), 'latin1').catch(() => '')
      expect([name, hits(text)]).toEqual([name, []])
    }
  }, 60_000)
})
