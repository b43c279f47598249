import { mkdtemp, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import type { ProxyOptions } from '../../proxy/create-proxy.ts'
import {
  type FaultScript,
  type FaultUpstream,
  startFaultUpstream,
} from '../simulators/fault-upstream/fault-upstream.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

/** Where one row is played: what it starts is ended with it, the last first. */
export type Stage = {
  onEnd(close: () => unknown): void
  /** An upstream of OpenAI's protocol that does as it is told; by default it answers well. */
  upstream(script?: FaultScript): Promise<FaultUpstream>
  /** A Portside whose model `m` is served by these base URLs in this order, one account each. */
  portside(
    urls: readonly string[],
    settings?: SettingsInput,
    options?: Partial<ProxyOptions>,
  ): Promise<RunningPortside>
  end(): Promise<void>
}

export function createStage(): Stage {
  const closings: (() => unknown)[] = []
  const onEnd: Stage['onEnd'] = (close) => void closings.push(close)
  return {
    onEnd,
    async upstream(script = () => 'ok') {
      const upstream = await startFaultUpstream({ protocol: 'openai-chat', script })
      onEnd(upstream.close)
      return upstream
    },
    async portside(urls, settings = {}, options = {}) {
      const portside = await startPortside({ ...servedBy(urls), ...settings }, options)
      onEnd(portside.stop)
      return portside
    },
    async end() {
      for (const close of closings.splice(0).reverse()) await close()
    },
  }
}

/** Settings of providers `sim-0`, `sim-1` … with an account each. */
export function servedBy(urls: readonly string[], accountsEach = 1): SettingsInput {
  return {
    providers: urls.map((baseUrl, index) => ({
      id: `sim-${index}`,
      type: 'openai-chat',
      baseUrl,
      models: ['m'],
      privateNetwork: true,
    })),
    accounts: urls.flatMap((_, index) =>
      Array.from({ length: accountsEach }, (_, turn) => ({
        id: `acc-${index}-${turn}`,
        provider: `sim-${index}`,
        name: `account-${index}-${turn}`,
        apiKey: `sk-account-${index}-${turn}-0123456789`,
      })),
    ),
    retry: { backoffBaseMs: 1, backoffMaxMs: 5 },
    drain: { graceMs: 100 },
  }
}

export const healthOf = (portside: RunningPortside) => portside.proxy.accounts().map(({ health }) => health)

export async function lastRow(portside: RunningPortside) {
  const [row] = await portside.proxy.log.list({ limit: 1 })
  if (row === undefined) throw new Error('the log has no row')
  return row
}

/** What holds after every row: nothing is under way any more. */
export function expectQuiet(portside: RunningPortside): void {
  expect(portside.proxy.status().activeRequests).toBe(0)
  expect(portside.proxy.accounts().reduce((sum, { inFlight }) => sum + inFlight, 0)).toBe(0)
}

/** A Portside that keeps its settings in a file, so that they can be changed while it runs. */
export async function startWithFile(stage: Stage, settings: SettingsInput): Promise<RunningPortside> {
  const home = await mkdtemp(join(tmpdir(), 'portside-stage-'))
  const config = { server: { port: await freePort() }, keys: [{ name: 'test', key: TEST_KEY }], ...settings }
  await writeFile(join(home, 'config.json'), JSON.stringify(config), { mode: 0o600 })
  const portside = await startPortside({}, { home, env: {} })
  stage.onEnd(portside.stop)
  return portside
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
