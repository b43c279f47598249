import type { SettingsInput } from '../../contract/settings.ts'
import { type Answerer, startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'

export type Bridged = {
  readonly upstream: Upstream
  readonly portside: RunningPortside
  stop(): Promise<void>
}

/** Portside before an upstream of text alone, to which tools and thinking are lent. */
export async function startBridged(
  answer: Answerer,
  settings: SettingsInput = {},
  models: readonly string[] = ['plain'],
): Promise<Bridged> {
  const upstream = await startUpstream(answer)
  const portside = await startPortside({
    providers: [
      {
        id: 'sim',
        type: 'openai-chat',
        baseUrl: `${upstream.url}/v1`,
        models: [...models],
        toolMode: 'bridge',
        privateNetwork: true,
      },
    ],
    accounts: [{ provider: 'sim', apiKey: 'sk-simulated-upstream-key' }],
    ...settings,
  })
  return {
    upstream,
    portside,
    async stop() {
      await portside.stop()
      await upstream.close()
    },
  }
}
