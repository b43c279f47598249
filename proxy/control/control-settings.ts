import { implement } from '@orpc/server'
import { controlContract } from '../../contract/control-contract.ts'
import { publicSettings, type Settings } from '../../contract/settings.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { nearestKey } from '../settings/suggest-key.ts'
import { controlError, savingSettings } from './control-error.ts'
import type { ControlPorts } from './control-ports.ts'
import { detachMovedSecrets, orphanedCredentials } from './detach-secrets.ts'
import { maskSettings, unmaskSettings } from './public-settings.ts'

const SECTIONS = Object.keys(publicSettings.shape).filter((name) => name !== 'version')

export function controlSettings(ports: ControlPorts) {
  const make = implement(controlContract).settings
  return {
    get: make.get.handler(() => maskSettings(ports.settings.get())),
    update: make.update.handler(async ({ input }) => {
      refuseOtherSections(input)
      return maskSettings(await changeSettings(ports, (current) => replaceSections(current, input)))
    }),
  }
}

/** Saves a change; secrets that may not follow it are taken off their accounts and out of the sealed store. */
export async function changeSettings(
  ports: ControlPorts,
  change: (current: Settings) => Settings,
): Promise<Settings> {
  const before = ports.settings.get()
  const saved = await savingSettings(
    ports.settings.update((current) => {
      const next = change(current)
      refuseLostProviders(current, next)
      refuseOtherPrograms(current, next)
      return detachMovedSecrets(current, next)
    }),
  )
  for (const credential of orphanedCredentials(before, saved)) await ports.credentials.remove(credential)
  return saved
}

function replaceSections(current: Settings, input: Record<string, unknown>): Settings {
  return unmaskSettings(parseSettings({ ...current, ...input }, 'the change'), current)
}

function refuseOtherSections(input: Record<string, unknown>): void {
  const unknown = Object.keys(input).filter((name) => !SECTIONS.includes(name))
  if (unknown.length === 0) return
  const lines = unknown.map((name) => {
    const near = nearestKey(name, SECTIONS)
    return `${name}: no section that can be changed here${near === undefined ? '' : `; did you mean "${near}"?`}`
  })
  throw controlError('BAD_REQUEST', lines.join('\n'))
}

/** Which program is started, or loaded, is the word of whoever may write the file: a page can never change it. */
function refuseOtherPrograms(before: Settings, after: Settings): void {
  for (const { id, options = {} } of after.providers) {
    const current = before.providers.find((provider) => provider.id === id)?.options ?? {}
    for (const name of ['cliPath', 'sdkPath'] as const)
      if (options[name] !== undefined && options[name] !== current[name])
        throw controlError(
          'FORBIDDEN',
          `provider ${id}: options.${name} is set in the configuration file alone`,
        )
  }
}

function refuseLostProviders(before: Settings, after: Settings): void {
  const left = new Set(after.providers.map(({ id }) => id))
  for (const { id } of before.providers) {
    if (!left.has(id) && after.accounts.some(({ provider }) => provider === id)) {
      throw controlError('CONFLICT', `provider ${id} still has accounts; remove them first`)
    }
  }
}
