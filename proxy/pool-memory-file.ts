import { join } from 'node:path'
import type { AccountPool } from './pool/account-pool.ts'
import { type PoolMemory, poolMemory } from './pool/pool-memory.ts'
import { readIfThere, writeDurably } from './settings/durable-file.ts'

/** Which accounts rest, kept over restarts: a rate limit does not end because Portside was started again. */
export type PoolMemoryFile = {
  load(pool: AccountPool): Promise<void>
  save(pool: AccountPool): Promise<void>
}

export function createPoolMemoryFile(home: string): PoolMemoryFile {
  const path = join(home, 'pool-state.json')
  let saved = ''
  return {
    async load(pool) {
      const text = await readIfThere(path)
      const memory = text === undefined ? undefined : parse(text)
      if (memory !== undefined) pool.recall(memory)
    },
    async save(pool) {
      const text = JSON.stringify(pool.remember())
      if (text === saved || (saved === '' && text === '{}')) return
      saved = text
      await writeDurably({ path, text, validate: (written) => poolMemory.parse(JSON.parse(written)) })
    },
  }
}

/** A damaged file costs only what it remembered. */
function parse(text: string): PoolMemory | undefined {
  try {
    return poolMemory.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
