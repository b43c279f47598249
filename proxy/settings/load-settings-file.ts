import { chmod, copyFile } from 'node:fs/promises'
import { type Settings, settings } from '../../contract/settings.ts'
import type { Backups } from './backups.ts'
import { readIfThere, writeDurably } from './durable-file.ts'
import { parseSettingsText } from './parse-settings.ts'
import { SettingsError } from './settings-error.ts'

export type LoadedSettings = {
  readonly settings: Settings
  /** The file's text; undefined where there is no file. */
  readonly text: string | undefined
  readonly warnings: readonly string[]
}

type Where = { readonly path: string; readonly backups: Backups; readonly now: () => number }

export async function loadSettingsFile(where: Where): Promise<LoadedSettings> {
  const text = await readIfThere(where.path)
  if (text === undefined) return await startFresh(where)
  try {
    return { settings: parseSettingsText(text, where.path), text, warnings: [] }
  } catch (error) {
    if (error instanceof SettingsError && error.problem === 'corrupt') return await restore(where, error)
    throw error
  }
}

/** A missing file is a first start, unless there are copies: then somebody took it away, and is told so. */
async function startFresh({ path, backups }: Where): Promise<LoadedSettings> {
  const warnings: string[] = []
  for await (const { name } of backups.newestFirst()) {
    warnings.push(
      `config.missing: ${path} is gone, so the defaults are in force; the newest copy is backups/${name}`,
    )
    break
  }
  return { settings: settings.parse({}), text: undefined, warnings }
}

/** The broken file is copied aside before the newest good copy takes its place: at no point is there no file. */
async function restore({ path, backups, now }: Where, fault: SettingsError): Promise<LoadedSettings> {
  for await (const copy of backups.newestFirst()) {
    const good = tryParse(copy.text, copy.name)
    if (good === undefined) continue
    const aside = `${path}.corrupt-${now()}`
    await copyFile(path, aside)
    await chmod(aside, 0o600)
    await writeDurably({ path, text: copy.text, validate: (read) => parseSettingsText(read, path) })
    const warning = `config.restored: ${fault.message}; it was moved to ${aside} and the newest good copy (${copy.name}) is in force`
    return { settings: good, text: copy.text, warnings: [warning] }
  }
  throw new SettingsError('corrupt', [
    `${fault.message}; there is no good copy to go back to, so it was left as it is`,
  ])
}

function tryParse(text: string, name: string): Settings | undefined {
  try {
    return parseSettingsText(text, name)
  } catch {
    // An older copy may be good where this one is not.
    return undefined
  }
}
