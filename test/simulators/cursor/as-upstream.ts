import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentStep } from '../agent-script.ts'
import type { SeenRequest, Upstream } from '../upstream.ts'
import { installStandIn } from './install-stand-in.ts'
import type { SeenRun } from './stand-in.ts'
import { startCursorApi } from './start-cursor-api.ts'

/**
 * Cursor's command line as the model of an agent: it reads tools and results from its one prompt and works through
 * `steps`. What it was asked stands in `requests`, as with every simulated upstream; `options` are the provider's.
 */
export async function startCursorUpstream(
  steps: readonly AgentStep[],
): Promise<Upstream & { readonly options: object }> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-cursor-agent-'))
  const { cliPath, runs } = await installStandIn(folder, { steps })
  const api = await startCursorApi()
  return {
    url: api.url,
    port: Number(new URL(api.url).port),
    options: { cliPath, runner: 'cli' },
    get requests() {
      return runs().map(toRequest)
    },
    answer: () => undefined,
    async close() {
      await api.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function toRequest({ prompt, args }: SeenRun): SeenRequest {
  return { method: 'RUN', path: '/run', headers: {}, text: prompt, json: { args }, closedAt: undefined }
}
