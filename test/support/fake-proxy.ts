import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { SupportedMessagePort } from '@orpc/client/message-port'
import { RPCHandler } from '@orpc/server/message-port'
import type { Attention, ProxyStatus } from '../../contract/status.ts'
import { FakeControl } from './fake-control.ts'
import { runningStatus } from './sample-status.ts'

type FakeProxyOptions = {
  readonly home: string
  readonly version: string
  readonly notices?: readonly Attention[]
}

/** Stands at the proxy's door while the desktop shell alone is tested: it listens, and answers the control contract. */
export async function createProxy({ home, version, notices = [] }: FakeProxyOptions) {
  const server = createServer((request, response) => {
    if (request.url === '/crash') process.exit(1)
    response.end('ok')
  })
  const control = new FakeControl({
    status: runningStatus({ state: 'stopped', startedAt: null, home, version, attention: [...notices] }),
  })
  const start = async (): Promise<ProxyStatus> => {
    await new Promise<void>((resolve) => server.listen(portIn(home), '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const origin = `http://127.0.0.1:${port}`
    const baseUrls = { openai: `${origin}/v1`, anthropic: origin, gemini: origin }
    return control.change({ state: 'running', port, baseUrls, startedAt: Date.now() })
  }
  const stop = async (): Promise<ProxyStatus> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    return control.change({ state: 'stopped', startedAt: null })
  }
  control.startProxy = start
  control.stopProxy = stop
  return {
    start,
    stop,
    status: () => control.status,
    control,
    firstKey: null,
    adminKey: null,
    close: async () => void (await stop()),
  }
}

/** The rule for crashes is the real one: it knows nothing of the proxy. */
export { endOnCrash } from '../../proxy/end-on-crash.ts'

export type Proxy = Awaited<ReturnType<typeof createProxy>>

export function serveControlPort(control: FakeControl, port: SupportedMessagePort): void {
  new RPCHandler(control.router).upgrade(port, { context: {} })
}

function portIn(home: string): number {
  try {
    return JSON.parse(readFileSync(path.join(home, 'config.json'), 'utf8')).server.port
  } catch {
    // No settings: any free port.
    return 0
  }
}
