import { join, resolve } from 'node:path'
import type { Settings } from '../../contract/settings.ts'
import { sealSettings, withIds } from './account-secret.ts'
import { createBackups } from './backups.ts'
import { type CredentialStore, createCredentialStore } from './credential-store.ts'
import { deepFreeze } from './deep-freeze.ts'
import { readIfThere, removeLeftovers, writeDurably } from './durable-file.ts'
import { applyOverlay, type Environment, readConfigText, readOverlay, withoutOverlay } from './environment.ts'
import { createTurns } from './in-turn.ts'
import { type LoadedSettings, loadSettingsFile } from './load-settings-file.ts'
import { parseSettings, parseSettingsText } from './parse-settings.ts'
import { securePrivateHome } from './private-home.ts'
import { loadSealKey } from './seal-key.ts'
import { SettingsError } from './settings-error.ts'
import { putInForce, refuseUnsafe } from './settings-in-force.ts'
import { writeSettingsText } from './write-settings.ts'

export type SettingsSource = 'file' | 'environment' | 'defaults'

/** What the command line says; it wins over everything else. */
export type SettingsFlags = {
  readonly config?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
}

export type SettingsStoreOptions = {
  readonly home: string
  readonly env: Environment
  readonly flags: SettingsFlags
  readonly now?: () => number
  /** Where secrets go when the file is written; made from the home's own key when it is left out. */
  readonly credentials?: CredentialStore
}

export type SettingsStore = {
  /** What is in force: file, environment and flags together, on the safe side. */
  get(): Settings
  /** Changes what the file holds; flags and environment are never written. Rejects with a `SettingsError`. */
  update(change: (current: Settings) => Settings): Promise<Settings>
  subscribe(listener: (settings: Settings) => void): () => void
  readonly source: SettingsSource
  readonly path: string
  readonly warnings: readonly string[]
}

/** Loads the settings, or rejects with a `SettingsError` that names everything that is wrong with them. */
export async function createSettingsStore(options: SettingsStoreOptions): Promise<SettingsStore> {
  const { home, env, flags, now = Date.now } = options
  await securePrivateHome(home)
  const path = resolve(flags.config ?? env.PORTSIDE_CONFIG ?? join(home, 'config.json'))
  const overlay = await readOverlay(env, flags)
  const backups = createBackups(home, path, now)
  await removeLeftovers(path)

  const inEnvironment = readConfigText(env)
  const loaded = inEnvironment
    ? fromEnvironment(inEnvironment)
    : await loadSettingsFile({ path, backups, now })

  let text = loaded.text
  let base = withIds(loaded.settings)
  let inForce = putInForce(base, overlay)
  let fileWarnings: readonly string[] = loaded.warnings
  let credentials = options.credentials
  const inTurn = createTurns()
  const listeners = new Set<(settings: Settings) => void>()

  async function reloadIfEdited(): Promise<void> {
    const present = await readPresent(path)
    if (present === undefined || present === text) return
    base = withIds(parseSettingsText(present, path))
    text = present
  }

  async function save(change: (current: Settings) => Settings): Promise<Settings> {
    refuseReadOnly(inEnvironment?.name)
    await reloadIfEdited()
    const wanted = change(deepFreeze(base))
    if (wanted === base) return inForce.settings
    const next = withIds(parseSettings(withoutOverlay(wanted, base, overlay), 'the change'))
    refuseUnsafe(applyOverlay(next, overlay), applyOverlay(base, overlay))
    credentials ??= await createOwnCredentials(home, env)
    const sealed = await sealSettings(next, credentials)
    const written = writeSettingsText(sealed)
    await write(path, written)
    text = written
    base = sealed
    fileWarnings = []
    inForce = putInForce(base, overlay)
    await backups.keep(written)
    for (const listener of [...listeners]) listener(inForce.settings)
    return inForce.settings
  }

  return {
    get: () => inForce.settings,
    update: (change) => inTurn(() => save(change)),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    get source() {
      if (inEnvironment !== undefined) return 'environment'
      return text === undefined ? 'defaults' : 'file'
    },
    path,
    get warnings() {
      return [...fileWarnings, ...inForce.warnings]
    },
  }
}

function fromEnvironment({ name, text }: { readonly name: string; readonly text: string }): LoadedSettings {
  return { settings: parseSettingsText(text, name), text: undefined, warnings: [] }
}

async function readPresent(path: string): Promise<string | undefined> {
  try {
    return await readIfThere(path)
  } catch (error) {
    throw new SettingsError('unwritable', [`${path} could not be read: ${String(error)}`], { cause: error })
  }
}

function refuseReadOnly(variable: string | undefined): void {
  if (variable === undefined) return
  throw new SettingsError('read-only', [`the settings come from ${variable} and cannot be saved`])
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeDurably({ path, text, validate: (read) => parseSettingsText(read, path) })
  } catch (error) {
    if (error instanceof SettingsError) throw error
    throw new SettingsError('unwritable', [`${path} could not be written: ${String(error)}`], {
      cause: error,
    })
  }
}

async function createOwnCredentials(home: string, env: Environment): Promise<CredentialStore> {
  return await createCredentialStore({
    path: join(home, 'credentials.json'),
    sealKey: await loadSealKey({ home, env }),
  })
}
