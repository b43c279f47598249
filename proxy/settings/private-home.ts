import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises'
import { parse, resolve } from 'node:path'
import { SettingsError } from './settings-error.ts'

const STICKY = 0o1000

/** Makes the data folder and closes it and its files to other users; every start asserts it anew. */
export async function securePrivateHome(home: string): Promise<void> {
  const folder = resolve(home)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { mode } = await stat(folder)
  if (folder === parse(folder).root || (mode & STICKY) !== 0) {
    // Closing /tmp or / to everybody else would break the machine.
    throw new SettingsError('unsafe-home', [
      `${folder} is shared by the whole system; give a folder of its own`,
    ])
  }
  if (process.platform === 'win32') return
  if ((mode & 0o077) !== 0) await chmod(folder, 0o700)
  await closeFiles(folder)
}

async function closeFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = resolve(folder, name)
    const entry = await lstat(path).catch(() => undefined)
    if (entry?.isFile() && (entry.mode & 0o077) !== 0) await chmod(path, 0o600)
  }
}
