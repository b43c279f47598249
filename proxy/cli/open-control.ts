import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { z } from 'zod'
import type { controlContract } from '../../contract/control-contract.ts'
import { isAlive } from '../settings/durable-file.ts'
import { loadSealKey } from '../settings/seal-key.ts'
import type { CliWorld } from './cli-world.ts'

export type ControlClient = ContractRouterClient<typeof controlContract>

export type OpenControl = {
  readonly client: ControlClient
  /** `running`: a proxy answers; `files`: none runs, the command works on the files itself. */
  readonly where: 'running' | 'files'
  close(): Promise<void>
}

export type Place = { readonly home: string; readonly config?: string | undefined }

const controlFile = z.object({ url: z.url(), token: z.string().min(1), pid: z.number().int().positive() })

/** The control plane of the proxy that runs in this home, or of the files themselves where none does. */
export async function openControl(world: CliWorld, place: Place): Promise<OpenControl> {
  return (await openRunning(place.home)) ?? (await openFiles(world, place))
}

/** Undefined where no proxy runs: no file, a dead process, nobody who answers, or somebody else who does. */
export async function openRunning(home: string): Promise<OpenControl | undefined> {
  const found = await readControlFile(home)
  if (found === undefined || !isAlive(found.pid)) return undefined
  const client: ControlClient = createORPCClient(
    new RPCLink({ url: `${found.url}/rpc`, headers: { authorization: `Bearer ${found.token}` } }),
  )
  try {
    await client.status.get(undefined, { signal: AbortSignal.timeout(5_000) })
    return { client, where: 'running', close: async () => undefined }
  } catch {
    // Whoever has that port now does not know the token: the file was left behind.
    return undefined
  }
}

async function readControlFile(home: string): Promise<z.infer<typeof controlFile> | undefined> {
  try {
    return controlFile.parse(JSON.parse(await readFile(join(home, 'control.json'), 'utf8')))
  } catch {
    // No file, or half of one: no proxy that could be asked.
    return undefined
  }
}

async function openFiles(world: CliWorld, { home, config }: Place): Promise<OpenControl> {
  const proxy = await world.createProxy({
    home,
    mode: 'headless',
    env: world.env,
    flags: { config },
    sealKey: await loadSealKey({ home, env: world.env }),
    version: world.version,
    uiDirectory: null,
  })
  if (proxy.firstKey !== null) {
    world.remark(`Portside made a first local key. It is shown this once: ${proxy.firstKey}\n`)
  }
  return {
    client: createRouterClient(proxy.control, { context: {} }),
    where: 'files',
    close: () => proxy.close(),
  }
}
