import type { LocalKey } from '../../contract/local-key.ts'
import type { Settings } from '../../contract/settings.ts'
import type { SettingsStore } from './settings-store.ts'

export type KeyRing = {
  readonly keys: readonly LocalKey[]
  /** The key that was presented, found in constant time; expired keys are not found. */
  find(presented: string): LocalKey | undefined
  readonly hasWeakKey: boolean
}

export declare function createKeyRing(settings: Settings, now?: () => number): KeyRing
export declare function ensureFirstKey(store: SettingsStore, now?: () => number): Promise<string | null>
