import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type Backups, createBackups } from './backups.ts'
import { readIfThere, removeLeftovers, writeDurably } from './durable-file.ts'
import { createTurns } from './in-turn.ts'
import { openSecret, type SealedSecret, sealSecret } from './seal-box.ts'
import { SettingsError } from './settings-error.ts'

/** Sealed secrets by id. Reading is synchronous: the file is opened once and kept open in memory. */
export type CredentialStore = {
  get(id: string): string | undefined
  put(id: string, secret: string): Promise<void>
  remove(id: string): Promise<void>
  ids(): readonly string[]
  /** Ids whose secret cannot be opened with this key: kept in the file, never wiped. */
  unreadable(): readonly string[]
  /** Every secret in the clear, for the redactor. */
  secretValues(): readonly string[]
}

export type CredentialStoreOptions = {
  readonly path: string
  readonly sealKey: Uint8Array
  readonly now?: () => number
}

const sealedSecret = z.strictObject({ nonce: z.string(), sealed: z.string(), tag: z.string() })
const sealedFile = z.strictObject({
  version: z.literal(1),
  credentials: z.array(z.strictObject({ id: z.string(), ...sealedSecret.shape })),
})

export async function createCredentialStore(options: CredentialStoreOptions): Promise<CredentialStore> {
  const { path, sealKey, now = Date.now } = options
  if (sealKey.length !== 32) throw new SettingsError('invalid', ['the seal key must have 32 bytes'])
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await removeLeftovers(path)
  const backups = createBackups(folder, path, now)
  let sealed = await loadSealed(path, backups, now)
  const opened = new Map<string, string>()
  for (const [id, box] of sealed) {
    const secret = openSecret(sealKey, id, box)
    if (secret !== undefined) opened.set(id, secret)
  }

  const inTurn = createTurns()
  const save = (change: (next: Map<string, SealedSecret>) => void, thenOpen: () => void) =>
    inTurn(async () => {
      const next = new Map(sealed)
      change(next)
      const text = writeSealed(next)
      await writeDurably({ path, text, validate: readSealed })
      sealed = next
      thenOpen()
      await backups.keep(text)
    })

  return {
    get: (id) => opened.get(id),
    put: (id, secret) =>
      save(
        (next) => next.set(id, sealSecret(sealKey, id, secret)),
        () => opened.set(id, secret),
      ),
    remove: (id) =>
      save(
        (next) => next.delete(id),
        () => opened.delete(id),
      ),
    ids: () => [...sealed.keys()],
    unreadable: () => [...sealed.keys()].filter((id) => !opened.has(id)),
    secretValues: () => [...new Set([...opened.values()].flatMap(secretsInside))],
  }
}

function writeSealed(sealed: ReadonlyMap<string, SealedSecret>): string {
  const credentials = [...sealed].map(([id, box]) => ({ id, ...box }))
  return `${JSON.stringify({ version: 1, credentials }, null, 2)}\n`
}

function readSealed(text: string): Map<string, SealedSecret> {
  const { credentials } = sealedFile.parse(JSON.parse(text))
  return new Map(credentials.map(({ id, ...box }) => [id, box]))
}

/** A broken file is copied aside and the newest good copy taken; without one nothing is wiped and nothing guessed. */
async function loadSealed(
  path: string,
  backups: Backups,
  now: () => number,
): Promise<Map<string, SealedSecret>> {
  const text = await readIfThere(path)
  if (text === undefined) return new Map()
  const sealed = tryRead(text)
  if (sealed !== undefined) return sealed
  const aside = `${path}.corrupt-${now()}`
  await copyFile(path, aside)
  await chmod(aside, 0o600)
  for await (const copy of backups.newestFirst()) {
    const good = tryRead(copy.text)
    if (good === undefined) continue
    await writeDurably({ path, text: copy.text, validate: readSealed })
    return good
  }
  throw new SettingsError('corrupt', [
    `${path} is broken and there is no good copy of it; it was left as it is`,
  ])
}

function tryRead(text: string): Map<string, SealedSecret> | undefined {
  try {
    return readSealed(text)
  } catch {
    // What is wrong with it does not matter: only whether it can be used.
    return undefined
  }
}

/** A credential may be one secret, or JSON that holds several: all of them must be scrubbed. */
function secretsInside(secret: string): string[] {
  if (!secret.startsWith('{')) return [secret]
  try {
    return [secret, ...textsInside(JSON.parse(secret))]
  } catch {
    // It only looked like JSON.
    return [secret]
  }
}

function textsInside(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsInside)
}
