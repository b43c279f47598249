import { implement } from '@orpc/server'
import { controlContract } from '../../contract/control-contract.ts'
import type { ProxyStatus } from '../../contract/status.ts'
import { controlAccounts } from './control-accounts.ts'
import { controlError } from './control-error.ts'
import { controlKeys } from './control-keys.ts'
import type { ControlPorts } from './control-ports.ts'
import { controlProviders } from './control-providers.ts'
import { controlSettings } from './control-settings.ts'
import { followStatus } from './status-feed.ts'

export type ControlRouter = ReturnType<typeof createControl>

/** The control plane over whatever carries it: a window's port, HTTP, or a call in the same process. */
export function createControl(ports: ControlPorts) {
  const make = implement(controlContract)
  return make.router({
    status: {
      get: make.status.get.handler(() => ports.lifecycle.status()),
      feed: make.status.feed.handler(({ signal }) => followStatus(ports.lifecycle, signal)),
    },
    proxy: {
      start: make.proxy.start.handler(() => startProxy(ports)),
      stop: make.proxy.stop.handler(() => stopProxy(ports)),
    },
    accounts: controlAccounts(ports),
    keys: controlKeys(ports),
    providers: controlProviders(ports),
    models: { list: make.models.list.handler(() => [...ports.models()]) },
    settings: controlSettings(ports),
    log: controlLog(ports),
  })
}

function controlLog({ log }: ControlPorts) {
  const make = implement(controlContract).log
  return {
    list: make.list.handler(({ input }) => log.list(input)),
    get: make.get.handler(async ({ input }) => {
      const entry = await log.get(input.id)
      if (entry === undefined) throw controlError('NOT_FOUND', `there is no request ${input.id}`)
      return { entry, bodies: await log.bodies(input.id) }
    }),
    feed: make.feed.handler(({ input, signal }) => log.feed({ after: input.after, signal })),
    clear: make.clear.handler(async () => {
      await log.clear()
      return { done: true as const }
    }),
  }
}

async function startProxy({ lifecycle }: ControlPorts): Promise<ProxyStatus> {
  try {
    return await lifecycle.start()
  } catch (error) {
    // What keeps a proxy from starting is nearly always somebody else on its port, and the message names them.
    throw controlError('CONFLICT', error instanceof Error ? error.message : 'the proxy could not be started')
  }
}

function stopProxy({ lifecycle }: ControlPorts): Promise<ProxyStatus> {
  if (!lifecycle.canStop) {
    throw controlError(
      'FORBIDDEN',
      'this control address would go with the proxy; stop `portside serve` itself',
    )
  }
  return lifecycle.stop()
}
