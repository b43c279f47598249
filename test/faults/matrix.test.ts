import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaultUpstream, startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import type { FaultProtocol } from '../simulators/fault-upstream/wire.ts'
import { startPortside } from '../support/start-portside.ts'
import { ask, sayView } from './ask.ts'
import { ROWS } from './matrix.ts'
import { type Cell, cellsOf, type Row, type ScenarioRow, type UpstreamRow } from './row.ts'
import { closeBlackHole } from './scenarios/reach.ts'
import { createStage } from './stage.ts'

const PROTOCOLS: readonly FaultProtocol[] = ['openai-chat', 'anthropic']

/** Rows whose fault only one upstream protocol can have. */
const ONLY: Readonly<Record<number, FaultProtocol>> = { 52: 'openai-chat', 53: 'openai-chat' }

const isScenario = (row: Row): row is ScenarioRow => 'play' in row
const isDecidedUpstream = (row: Row): row is UpstreamRow => 'faults' in row

/** Clients of Responses meet an upstream of another protocol in either case: one of the two is enough. */
function protocolsFor(row: UpstreamRow, { inbound }: Cell): readonly FaultProtocol[] {
  if (inbound === 'responses') return ['openai-chat']
  return PROTOCOLS.filter((protocol) => (ONLY[row.number] ?? protocol) === protocol)
}

const UPSTREAM_CASES = ROWS.filter(isDecidedUpstream).flatMap((row) =>
  cellsOf(row).flatMap((cell) => protocolsFor(row, cell).map((protocol) => ({ row, ...cell, protocol }))),
)
const SCENARIOS = ROWS.filter(isScenario)
const SCENARIO_CASES = SCENARIOS.filter((row) => row.kind !== 'once').flatMap((row) =>
  cellsOf(row).map((cell) => ({ row, ...cell })),
)
const ONCE_CASES = SCENARIOS.filter((row) => row.kind === 'once').map((row) => ({ row }))

const upstreams = new Map<FaultProtocol, FaultUpstream>()
beforeAll(async () => {
  for (const protocol of PROTOCOLS)
    upstreams.set(protocol, await startFaultUpstream({ protocol, script: () => 'ok' }))
})
afterAll(async () => {
  for (const upstream of upstreams.values()) await upstream.close()
  await closeBlackHole()
  if (process.env.PORTSIDE_WRITE_DOCS)
    await writeFile(join(import.meta.dirname, '../../docs/faults.md'), printMatrix())
})

/** What the clients saw, by row and field. */
const outcomes = new Map<string, string>()
const keyOf = (row: Row, { inbound, mode }: Cell) => `${row.number}/${row.title}/${inbound}/${mode}`

async function run(row: UpstreamRow, cell: Cell, upstream: FaultUpstream, protocol: FaultProtocol) {
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
    const name = `req-${row.number}-${cell.inbound}-${cell.mode}-${before}`
    const view = await ask(portside, cell, name)
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

/** A row's bounds on what it says of the answer itself; what it does not say is not looked at. */
function expectAsSaid(row: UpstreamRow, { inbound }: Cell, played: Awaited<ReturnType<typeof run>>): void {
  const { view, logged, attempts, health } = played
  if (row.attempts !== undefined) expect(attempts.length).toBe(row.attempts)
  if (row.status !== undefined)
    expect(view.status).toBe(typeof row.status === 'number' ? row.status : row.status[inbound])
  if (row.status === undefined && view.seen === 'refused') expect(view.status).not.toBe(401)
  if (row.health !== undefined) expect(health).toBe(row.health)
  if (row.retryAfter !== undefined) expect(view.headers.get('retry-after')).toBe(String(row.retryAfter))
  if (row.shouldRetry !== undefined) expect(view.headers.get('x-should-retry')).toBe(String(row.shouldRetry))
  if (row.errorKind !== undefined) expect(logged?.errorKind).toBe(row.errorKind)
}

describe.each(UPSTREAM_CASES)(
  'FM-$row.number $row.title · $inbound client, $protocol upstream, $mode',
  ({ row, inbound, mode, protocol }) => {
    it('ends as the matrix says', async () => {
      const upstream = upstreams.get(protocol)
      if (upstream === undefined) throw new Error('no upstream')
      const cell = { inbound, mode }
      const played = await run(row, cell, upstream, protocol)
      const { view, logged, attempts, name, active } = played
      const wanted = typeof row.seen === 'string' ? row.seen : row.seen[mode]
      expect({ seen: view.seen, invalid: view.invalid }).toEqual({ seen: wanted, invalid: undefined })
      outcomes.set(keyOf(row, cell), sayView(view))
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
      expectAsSaid(row, cell, played)
      expect(attempts.every((attempt) => attempt.requestName === name)).toBe(true)
    })
  },
)

async function play(row: ScenarioRow, cell: Cell): Promise<void> {
  const stage = createStage()
  try {
    outcomes.set(keyOf(row, cell), await row.play(stage, cell))
  } finally {
    await stage.end()
  }
}

describe.each(SCENARIO_CASES)(
  'FM-$row.number $row.title · $inbound client, $mode',
  ({ row, inbound, mode }) => {
    it('ends as the matrix says', () => play(row, { inbound, mode }))
  },
)

describe.each(ONCE_CASES)('FM-$row.number $row.title', ({ row }) => {
  it('ends as the matrix says', async () => {
    const [cell] = cellsOf(row)
    if (cell !== undefined) await play(row, cell)
  })
})

/** The matrix as it was run. */
function printMatrix(): string {
  const lines = ROWS.map((row) => {
    const seen = cellsOf(row).map((cell) => {
      const what = outcomes.get(keyOf(row, cell)) ?? 'not played'
      return isScenario(row) && row.kind === 'once' ? what : `${cell.inbound} ${cell.mode}: ${what}`
    })
    const done = isScenario(row) ? row.done : `upstream: ${row.faults.join(' → ')}; accounts: ${row.accounts}`
    return `| FM-${row.number} | ${row.title} | ${done} | ${seen.join('; ')} |`
  })
  return `# Faults, and what the client sees

Printed by the fault matrix's own tests (\`PORTSIDE_WRITE_DOCS=1 npx vitest run test/faults/matrix.test.ts\`).
Rows without a protocol are played once.

| Row | Fault | What is done | Client sees |
| --- | --- | --- | --- |
${lines.join('\n')}
`
}
