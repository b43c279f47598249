import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaultUpstream, startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import type { FaultProtocol } from '../simulators/fault-upstream/wire.ts'
import { startPortside } from '../support/start-portside.ts'
import { type Inbound, type Mode, ROWS, type Row } from './matrix.ts'
import { type ClientView, readClient } from './read-client.ts'

const PATHS: Record<Inbound, string> = { openai: '/v1/chat/completions', anthropic: '/v1/messages' }
const PROTOCOLS: readonly FaultProtocol[] = ['openai-chat', 'anthropic']

/** Rows whose fault only one upstream protocol can have. */
const ONLY: Readonly<Record<number, FaultProtocol>> = { 52: 'openai-chat', 53: 'openai-chat' }

const CASES = ROWS.flatMap((row) =>
  (row.in ?? (['openai', 'anthropic'] as const)).flatMap((inbound) =>
    (row.modes ?? (['stream', 'whole'] as const)).flatMap((mode) =>
      PROTOCOLS.filter((protocol) => (ONLY[row.number] ?? protocol) === protocol).map((protocol) => ({
        row,
        inbound,
        mode,
        protocol,
      })),
    ),
  ),
)

const upstreams = new Map<FaultProtocol, FaultUpstream>()
beforeAll(async () => {
  for (const protocol of PROTOCOLS)
    upstreams.set(protocol, await startFaultUpstream({ protocol, script: () => 'ok' }))
})
afterAll(async () => {
  for (const upstream of upstreams.values()) await upstream.close()
  if (process.env.PORTSIDE_WRITE_DOCS)
    await writeFile(join(import.meta.dirname, '../../docs/faults.md'), printMatrix())
})

const outcomes = new Map<string, ClientView>()

async function run(row: Row, inbound: Inbound, mode: Mode, upstream: FaultUpstream, protocol: FaultProtocol) {
  upstream.script = ({ attempt }) => row.faults[Math.min(attempt, row.faults.length - 1)] ?? 'ok'
  const before = upstream.attempts.length
  const portside = await startPortside({
    providers: [{ id: 'sim', type: protocol, baseUrl: upstream.url, models: ['m'], privateNetwork: true }],
    accounts: Array.from({ length: row.accounts }, (_, index) => ({
      provider: 'sim',
      name: `account-${index}`,
      apiKey: `sk-account-${index}-0123456789`,
    })),
    timeouts: { firstByteMs: 250, idleMs: 250, totalMs: 400, noProgressMs: 400, connectMs: 500 },
    ...row.settings,
    retry: { backoffBaseMs: 1, backoffMaxMs: 5, ...row.settings?.retry },
  })
  try {
    const name = `req-${row.number}-${inbound}-${mode}-${before}`
    const response = await portside.post(PATHS[inbound], {
      model: 'm',
      stream: mode === 'stream',
      max_tokens: 50,
      messages: [{ role: 'user', content: `please answer ${name}` }],
    })
    const view = await readClient(response, inbound, mode)
    const [logged] = await portside.proxy.log.list({ limit: 1 })
    const attempts = upstream.attempts.slice(before)
    const accounts = portside.proxy.accounts()
    const first = accounts.find((account) => attempts[0]?.credential === `sk-${account.name}-0123456789`)
    return {
      view,
      logged,
      attempts,
      name,
      health: first?.health,
      active: portside.proxy.status().activeRequests,
    }
  } finally {
    await portside.stop()
  }
}

describe.each(CASES)(
  'FM-$row.number $row.title · $inbound client, $protocol upstream, $mode',
  ({ row, inbound, mode, protocol }) => {
    it('ends as the matrix says', async () => {
      const upstream = upstreams.get(protocol)
      if (upstream === undefined) throw new Error('no upstream')
      const { view, logged, attempts, name, health, active } = await run(
        row,
        inbound,
        mode,
        upstream,
        protocol,
      )
      const wanted = typeof row.seen === 'string' ? row.seen : row.seen[mode]
      expect({ seen: view.seen, invalid: view.invalid }).toEqual({ seen: wanted, invalid: undefined })
      outcomes.set(`${row.number}/${row.title}/${inbound}/${mode}`, view)
      if (row.attempts !== undefined) expect(attempts.length).toBe(row.attempts)
      expect(logged?.attempts.length).toBe(attempts.length)
      expect(active).toBe(0)
      if (wanted === 'answered') {
        // Only the last attempt's content, whole: nothing lost, nothing doubled.
        const content = attempts.at(-1)?.content ?? ''
        if (row.number === 58) expect(view.text.replaceAll('�', '')).toContain('attempt-0 tide')
        else expect(view.text).toBe(content)
        expect(logged?.state).toBe('done')
        if (row.number === 62) expect(['length', 'max_tokens']).toContain(view.finish)
      } else {
        expect(logged?.state).toBe('failed')
        expect(view.errorMessage?.length).toBeGreaterThan(5)
      }
      if (wanted === 'broken') expect(attempts[0]?.content.startsWith(view.text.trim())).toBe(true)
      if (row.status !== undefined)
        expect(view.status).toBe(
          typeof row.status === 'number' ? row.status : row.status[inbound === 'openai' ? 0 : 1],
        )
      if (row.status === undefined && wanted === 'refused') expect(view.status).not.toBe(401)
      if (row.health !== undefined) expect(health).toBe(row.health)
      if (row.retryAfter !== undefined) expect(view.headers.get('retry-after')).toBe(String(row.retryAfter))
      if (row.shouldRetry !== undefined)
        expect(view.headers.get('x-should-retry')).toBe(String(row.shouldRetry))
      if (row.errorKind !== undefined) expect(logged?.errorKind).toBe(row.errorKind)
      expect(attempts.every((attempt) => attempt.requestName === name)).toBe(true)
    })
  },
)

/** The matrix as it was run. */
function printMatrix(): string {
  const lines = ROWS.map((row) => {
    const cells = (row.in ?? (['openai', 'anthropic'] as const)).flatMap((inbound) =>
      (row.modes ?? (['stream', 'whole'] as const)).map((mode) => {
        const view = outcomes.get(`${row.number}/${row.title}/${inbound}/${mode}`)
        const what =
          view?.seen === 'answered' ? 'answered' : view?.seen === 'broken' ? 'error frame' : `${view?.status}`
        return `${inbound} ${mode}: ${what}`
      }),
    )
    return `| FM-${row.number} | ${row.title} | ${row.faults.join(' → ')} | ${row.accounts} | ${cells.join('; ')} |`
  })
  return `# Faults, and what the client sees

Printed by the fault matrix's own tests (\`PORTSIDE_WRITE_DOCS=1 npx vitest run test/faults/matrix.test.ts\`).

| Row | Fault | Upstream does | Accounts | Client sees |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
`
}
