import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, unlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { writeDurably } from './durable-file.ts'

const KEPT = 5

export type Backups = {
  keep(text: string): Promise<void>
  /** The texts of the copies, newest first. */
  newestFirst(): AsyncGenerator<{ readonly name: string; readonly text: string }>
}

/** The last five good copies of one file, in `<home>/backups/`. */
export function createBackups(home: string, path: string, now: () => number): Backups {
  const folder = join(home, 'backups')
  const prefix = `${labelOf(home, path)}.`
  let count = 0

  async function names(): Promise<string[]> {
    const all = await readdir(folder).catch(() => [])
    return all
      .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
      .sort()
      .reverse()
  }

  return {
    async keep(text) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      if (process.platform !== 'win32') await chmod(folder, 0o700)
      count += 1
      const stamp = `${String(now()).padStart(15, '0')}-${String(count).padStart(6, '0')}`
      const path = join(folder, `${prefix}${stamp}.json`)
      await writeDurably({ path, text, validate: (read) => expectSame(read, text) })
      for (const name of (await names()).slice(KEPT)) await unlink(join(folder, name)).catch(() => undefined)
    },
    async *newestFirst() {
      for (const name of await names()) {
        const text = await readFile(join(folder, name), 'utf8').catch(() => undefined)
        if (text !== undefined) yield { name, text }
      }
    },
  }
}

/** Copies of a file outside the home carry a mark of its path, so that two files never restore each other. */
function labelOf(home: string, path: string): string {
  const name = basename(path, '.json')
  if (resolve(path) === resolve(home, basename(path))) return name
  return `${name}-${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 8)}`
}

function expectSame(read: string, written: string): void {
  if (read !== written) throw new Error('the copy does not hold what was written')
}
