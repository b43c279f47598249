import { randomBytes, randomUUID, scrypt } from 'node:crypto'
import { link, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './durable-file.ts'
import type { Environment } from './environment.ts'
import { securePrivateHome } from './private-home.ts'
import { SettingsError } from './settings-error.ts'

const KEY_BYTES = 32
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

/** The key that seals credentials without a desktop: from `PORTSIDE_SECRET`, else from a private file made once. */
export async function loadSealKey(options: {
  readonly home: string
  readonly env: Environment
}): Promise<Uint8Array> {
  const { home, env } = options
  await securePrivateHome(home)
  const secret = env.PORTSIDE_SECRET
  if (secret === undefined || secret === '') return await readOrMake(join(home, 'seal.key'))
  return await derive(secret, await readOrMake(join(home, 'seal.salt')))
}

/** Random bytes that are made once: linking a whole file lets two first starts at the same time agree on one. */
async function readOrMake(path: string): Promise<Buffer> {
  const temporary = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`
  if ((await readBytes(path)) === undefined) {
    await writeFile(temporary, `${randomBytes(KEY_BYTES).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    })
    await link(temporary, path)
      .catch(ignoreWhenThere)
      .finally(() => unlink(temporary))
  }
  const bytes = await readBytes(path)
  if (bytes?.length === KEY_BYTES) return bytes
  throw new SettingsError('corrupt', [
    `${path} is not a seal key; put the right file back, credentials open with no other`,
  ])
}

function ignoreWhenThere(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error
}

async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    return Buffer.from((await readFile(path, 'utf8')).trim(), 'base64')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function derive(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, KEY_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
