import type { Settings } from '../../contract/settings.ts'
import type { CredentialStore } from './credential-store.ts'

export type SettingsSource = 'file' | 'environment' | 'defaults'

/** What the command line says; it wins over everything else. */
export type SettingsFlags = {
  readonly config?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
}

export type SettingsStoreOptions = {
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
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

export declare function createSettingsStore(options: SettingsStoreOptions): Promise<SettingsStore>
