import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Target } from './target.ts'

/** Makes a folder for a gateway's files; when the start fails or the gateway is closed it is removed. */
export async function withScratch(start: (home: string) => Promise<Target>): Promise<Target> {
  const home = mkdtempSync(join(tmpdir(), 'portside-bench-'))
  const remove = () => rmSync(home, { recursive: true, force: true })
  try {
    const target = await start(home)
    return {
      ...target,
      home,
      async close() {
        await target.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
