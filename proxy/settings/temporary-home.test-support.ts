import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A home of its own for one test, gone when the test is over. */
export async function makeTemporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'portside-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  return home
}

/** Every file under a folder with its bytes, hidden ones and backups included. */
export async function readEverything(folder: string): Promise<{ path: string; bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return await Promise.all(files.map(async (path) => ({ path, bytes: await readFile(path) })))
}

/** The files in which one of the texts, or of what was made of them, can be found, raw or as Base64 or hex. */
export async function filesThatHold(
  folder: string,
  texts: readonly (string | Uint8Array)[],
): Promise<string[]> {
  const forms = texts.flatMap((text) => {
    const bytes = Buffer.from(text)
    return [bytes, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')]
  })
  const files = await readEverything(folder)
  return files.filter(({ bytes }) => forms.some((form) => bytes.includes(form))).map(({ path }) => path)
}
