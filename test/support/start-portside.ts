import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SettingsInput } from '../../contract/settings.ts'
import { createProxy, type ProxyOptions } from '../../proxy/create-proxy.ts'

export const TEST_KEY = 'ps-Vb3xQm7Lr2TzKc9WnYpD4sHj6FgA1eUoXi8Rt5Nq0Bw'

export type RunningPortside = {
  readonly url: string
  readonly port: number
  readonly home: string
  readonly proxy: Awaited<ReturnType<typeof createProxy>>
  /** A request with the test's key and a JSON body. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

/** Starts a whole Portside in this process, on a free port, with a home of its own. */
export async function startPortside(
  settings: SettingsInput = {},
  options: Partial<ProxyOptions> = {},
): Promise<RunningPortside> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'portside-test-')))
  const config = {
    keys: [{ name: 'test', key: TEST_KEY }],
    ...settings,
    server: { port: 0, ...settings.server },
  }
  const proxy = await createProxy({
    home,
    mode: 'headless',
    env: { PORTSIDE_CONFIG_JSON: JSON.stringify(config) },
    flags: {},
    sealKey: new Uint8Array(32),
    version: '0.0.0-test',
    uiDirectory: null,
    ...options,
  })
  const { port } = await proxy.start()
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    home,
    proxy,
    post: (path, body, init = {}) =>
      fetch(url + path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TEST_KEY}`, ...init.headers },
      }),
    async stop() {
      await proxy.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
