import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const RENAME_PATIENCE_MS = 2_000

export type DurableWrite = {
  readonly path: string
  readonly text: string
  /** Throws when what was read back is not what it should be; the old file then stays. */
  readonly validate: (text: string) => void
}

/**
 * Replaces a file so that a crash at any point leaves the old or the new text, never a part of it: a 0600 file beside
 * it is written whole, synced, read back and checked before it takes the old one's place.
 */
export async function writeDurably({ path, text, validate }: DurableWrite): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`
  try {
    await writeWhole(temporary, text)
    validate(await readFile(temporary, 'utf8'))
    await renameWithPatience(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
  await syncFolder(dirname(path))
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text, 'utf8')
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Virus scanners on Windows hold a file for a moment; anywhere else the first refusal is final. */
async function renameWithPatience(from: string, to: string): Promise<void> {
  const giveUpAt = performance.now() + RENAME_PATIENCE_MS
  for (;;) {
    try {
      return await rename(from, to)
    } catch (error) {
      const isHeld = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error))
      if (!isHeld || performance.now() > giveUpAt) throw error
      await wait(50)
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; there the rename itself is as durable as it gets.
  if (process.platform === 'win32') return
  const handle: FileHandle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Removes what writers that died left beside the file; a living writer's is left alone. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    if (!name.startsWith(`${basename(path)}.`)) continue
    const pid = /\.(\d+)-[0-9a-f]{8}\.tmp$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await unlink(join(folder, name)).catch(() => undefined)
  }
}

/** True while a process with this id is there, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** The system's code of an error, `ENOENT` and the like; empty where it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** The text of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
