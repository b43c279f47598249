import type { SettingsInput } from '../../contract/settings.ts'
import type { ProxyOptions } from '../../proxy/create-proxy.ts'
import {
  type DeepseekSimulator,
  type SimulatorOptions,
  startDeepseek,
} from '../simulators/deepseek-web/start-deepseek.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'

export const LOGIN = { email: 'nora@example.test', password: 'open-the-harbour' } as const
export const TOKEN = 'sim-token-1-0123456789abcdef0123456789abcdef'

export type Stage = {
  readonly simulator: DeepseekSimulator
  readonly portside: RunningPortside
  /** A question in OpenAI's Chat Completions. */
  chat(prompt: string, more?: object, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

type Setting = {
  readonly simulator?: SimulatorOptions
  readonly settings?: SettingsInput
  readonly options?: object
  readonly provider?: object
  readonly accounts?: SettingsInput['accounts']
  readonly proxy?: Partial<ProxyOptions>
}

/** A simulated DeepSeek, and a Portside that uses it with one account unless told otherwise. */
export async function stage({
  simulator: simulated,
  settings,
  options,
  provider,
  accounts,
  proxy,
}: Setting = {}): Promise<Stage> {
  const simulator = await startDeepseek(simulated ?? { accounts: [{ ...LOGIN, token: TOKEN }] })
  const portside = await startPortside(
    {
      providers: [
        {
          id: 'deepseek-web',
          type: 'deepseek-web',
          baseUrl: simulator.url,
          privateNetwork: true,
          options: { betweenStartsMs: 0, ...options },
          ...provider,
        },
      ],
      accounts: accounts ?? [{ id: 'nora', provider: 'deepseek-web', name: 'nora', ...LOGIN }],
      retry: { backoffBaseMs: 1 },
      ...settings,
    },
    proxy,
  )
  return {
    simulator,
    portside,
    chat: (prompt, more = {}, init = {}) =>
      portside.post(
        '/v1/chat/completions',
        { model: 'deepseek-chat', messages: [{ role: 'user', content: prompt }], ...more },
        init,
      ),
    async stop() {
      await portside.stop()
      await simulator.close()
    },
  }
}

export async function textOf(response: Response): Promise<string> {
  const body = await response.json()
  return body.choices?.[0]?.message.content ?? `${response.status} ${body.error.message}`
}
