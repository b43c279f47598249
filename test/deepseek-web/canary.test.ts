import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenToConsoles } from '../support/listen-to-consoles.ts'
import { OUTCOMES } from './outcomes.ts'
import { type Stage, stage } from './stage.ts'

const PASSWORD = 'canary-password-7Hq2Wn5Xc8Vb'
const TOKEN = 'canary-token-4Rt6Yu8Io0Pa2Sd4Fg6Hj8Kl0Zx2Cv4'
const EMAIL = 'nora@example.test'

/** Scenarios that leave an account usable, and a few that repeat what they were sent. */
const HARMLESS = Object.keys(OUTCOMES).filter((name) => OUTCOMES[name]?.health === undefined)

let on: Stage

beforeAll(async () => {
  on = await stage({
    simulator: { accounts: [{ email: EMAIL, password: PASSWORD, token: TOKEN }, { token: `${TOKEN}-two` }] },
    accounts: [
      { id: 'login', provider: 'deepseek-web', name: 'login', email: EMAIL, password: PASSWORD },
      { id: 'token', provider: 'deepseek-web', name: 'token', token: `${TOKEN}-two` },
      { id: 'wrong', provider: 'deepseek-web', name: 'wrong', email: EMAIL, password: `${PASSWORD}-wrong` },
    ],
    settings: { log: { bodies: 'all' }, cooldown: { enabled: false }, breaker: { enabled: false } },
  })
})
afterAll(() => on.stop())

describe('SEC-21 what an account signs in with', () => {
  it('stands in no answer, no row, no body, no status, no account, no error and no file, nor does a proof of work', async () => {
    const consoles = listenToConsoles()
    let written = ''
    const seen: string[] = []
    try {
      for (const name of HARMLESS)
        for (const account of ['login', 'token', 'wrong']) {
          const headers = { 'x-portside-account': account }
          const response = await on.chat(`[[sim:${name}]]`, { stream: name.length % 2 === 0 }, { headers })
          seen.push(JSON.stringify([...response.headers]), await response.text())
        }
      // An upstream that quotes what it was sent.
      for (const quotesAt of ['login', 'current', 'create', 'completion']) {
        on.simulator.options = { quotesAt }
        for (const account of ['login', 'token', 'wrong']) {
          const response = await on.chat('hi', {}, { headers: { 'x-portside-account': account } })
          seen.push(await response.text())
        }
      }
      const control = createRouterClient(on.portside.proxy.control, { context: {} })
      seen.push(JSON.stringify([await control.accounts.list(), on.portside.proxy.status()]))
      for (const { id } of on.portside.proxy.accounts())
        seen.push(JSON.stringify(await control.accounts.test({ id })))
      await on.portside.proxy.log.flush()
    } finally {
      written = consoles.restore()
    }
    const secrets = secretsOf(on)
    expect(secrets.length).toBeGreaterThan(20)
    const hits = (text: string) => secrets.filter((secret) => text.includes(secret))
    expect(seen.flatMap(hits)).toEqual([])
    expect(seen.join('')).toContain('[redacted]')
    expect(hits(written)).toEqual([])
    const rows = await on.portside.proxy.log.list({ limit: 500 })
    expect(rows.length).toBeGreaterThan(100)
    expect(hits(JSON.stringify(rows))).toEqual([])
    const bodies = await Promise.all(rows.map((row) => on.portside.proxy.log.bodies(row.id)))
    expect(hits(JSON.stringify(bodies))).toEqual([])
    await on.portside.proxy.stop()
    for (const name of await readdir(on.portside.home, { recursive: true })) {
      const text = await readFile(join(on.portside.home, name), 'latin1').catch(() => '')
      expect([name, hits(text)]).toEqual([name, []])
    }
  }, 120_000)
})

/** All that DeepSeek was told, or told us, in confidence. */
function secretsOf({ simulator }: Stage): string[] {
  const tokens = simulator.calls.map(({ headers }) =>
    String(headers.authorization ?? '').replace('Bearer ', ''),
  )
  const proofs = simulator.calls.map(({ headers }) => String(headers['x-ds-pow-response'] ?? ''))
  const plain = [PASSWORD, `${PASSWORD}-wrong`, TOKEN, ...tokens, ...proofs].filter((secret) => secret !== '')
  return [...new Set(plain)].flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    encodeURIComponent(secret),
  ])
}
