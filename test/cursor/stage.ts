import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SettingsInput } from '../../contract/settings.ts'
import type { ProxyOptions } from '../../proxy/create-proxy.ts'
import { type InstalledStandIn, installStandIn } from '../simulators/cursor/install-stand-in.ts'
import type { StandInSetUp } from '../simulators/cursor/stand-in.ts'
import { type ApiSetUp, type SimulatedApi, startCursorApi } from '../simulators/cursor/start-cursor-api.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

export const KEY = 'crsr_simulated_0123456789abcdef0123456789abcdef'

export type Stage = {
  readonly portside: RunningPortside
  readonly cursor: InstalledStandIn
  readonly api: SimulatedApi
  /** A question in OpenAI's Chat Completions. */
  chat(prompt: string, more?: object, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

type Setting = {
  readonly runner?: 'cli' | 'sdk'
  readonly standIn?: Omit<StandInSetUp, 'records'>
  readonly api?: ApiSetUp
  readonly options?: object
  readonly settings?: SettingsInput
  readonly accounts?: SettingsInput['accounts']
  readonly proxy?: Partial<ProxyOptions>
}

/** A simulated Cursor, and a Portside that uses it with one account unless told otherwise. */
export async function stage({
  runner = 'cli',
  standIn,
  api: apiSetUp,
  options,
  settings,
  accounts,
  proxy,
}: Setting = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-cursor-test-'))
  const cursor = await installStandIn(folder, standIn)
  const api = await startCursorApi(apiSetUp)
  const { cliPath, sdkPath } = cursor
  const portside = await startPortside(
    {
      providers: [
        {
          id: 'cursor',
          type: 'cursor',
          baseUrl: api.url,
          privateNetwork: true,
          options: { runner, cliPath, sdkPath, webUrl: api.url, ...options },
        },
      ],
      accounts: accounts ?? [{ id: 'nora', provider: 'cursor', name: 'nora', apiKey: KEY }],
      retry: { backoffBaseMs: 1 },
      ...settings,
    },
    proxy,
  )
  return {
    portside,
    cursor,
    api,
    chat: (prompt, more = {}, init = {}) =>
      portside.post(
        '/v1/chat/completions',
        { model: 'auto', messages: [{ role: 'user', content: prompt }], ...more },
        init,
      ),
    async stop() {
      await portside.stop()
      await api.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until the provider's list of models is there. */
export async function untilListed({ portside }: Pick<Stage, 'portside'>, model = 'auto'): Promise<void> {
  const giveUpAt = performance.now() + 20_000
  for (;;) {
    const { status } = await fetch(`${portside.url}/v1/models/${model}`, {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    })
    if (status === 200) return
    if (performance.now() > giveUpAt) throw new Error(`no model ${model}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
