import { implement } from '@orpc/server'
import { controlContract } from '../../contract/control-contract.ts'
import type { LocalKey, NewLocalKey } from '../../contract/local-key.ts'
import type { Settings } from '../../contract/settings.ts'
import { ENVIRONMENT_KEY } from '../settings/environment.ts'
import { createKeyRing, makeKey, sealKeySetting, storeKey } from '../settings/local-keys.ts'
import { controlError, savingSettings } from './control-error.ts'
import type { ControlPorts } from './control-ports.ts'

/** The local keys. A new key's text is in one answer only: the one that made it. */
export function controlKeys(ports: ControlPorts) {
  const make = implement(controlContract).keys
  const list = () => createKeyRing(ports.settings.get()).keys.map((key) => withUse(key, ports))
  return {
    list: make.list.handler(list),
    add: make.add.handler(async ({ input }) => {
      const secret = makeKey()
      const stored = storeKey(secret, newKey(input, Date.now()))
      await savingSettings(
        ports.settings.update((current) => {
          const isTaken = createKeyRing(current).keys.some(({ name }) => name === input.name)
          if (isTaken) throw controlError('CONFLICT', `there is a key named "${input.name}" already`)
          return { ...current, keys: [...current.keys, stored] }
        }),
      )
      return { key: find(list(), stored.id), secret }
    }),
    remove: make.remove.handler(async ({ input }) => {
      find(list(), input.id)
      if (input.id === ENVIRONMENT_KEY.id) {
        throw controlError(
          'FORBIDDEN',
          'this key comes from the environment variable PORTSIDE_API_KEY; unset it there',
        )
      }
      await savingSettings(ports.settings.update((current) => removeKey(current, input.id)))
      return { done: true as const }
    }),
  }
}

/** Removed keys are remembered by their hashes: an old key is never taken for a token of somebody else's (SEC-14). */
function removeKey(current: Settings, id: string): Settings {
  const removed = current.keys.map(sealKeySetting).filter((key) => key.id === id)
  const hashes = removed.flatMap(({ keyHash }) => keyHash ?? [])
  return {
    ...current,
    keys: current.keys.filter((key) => sealKeySetting(key).id !== id),
    removedKeys: [...new Set([...current.removedKeys, ...hashes])].slice(-MOST_REMOVED),
  }
}

const MOST_REMOVED = 1000

function newKey({ name, models = ['*'], limits = {}, expiresAt = null }: NewLocalKey, createdAt: number) {
  return { name, models, limits, expiresAt, createdAt }
}

function find(keys: readonly LocalKey[], id: string | undefined): LocalKey {
  const key = keys.find((other) => other.id === id)
  if (key === undefined) throw controlError('NOT_FOUND', `there is no key ${id}`)
  return key
}

function withUse(key: LocalKey, ports: ControlPorts): LocalKey {
  return { ...key, lastUsedAt: ports.keyUse(key.id) }
}
