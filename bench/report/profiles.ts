import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeTable } from './format.ts'

/** One function of a CPU profile, by the share of time (0 to 1) that was spent in itself. */
export type ProfileRow = { readonly name: string; readonly place: string; readonly self: number }

/** The top functions, by work. */
export type Profiles = Record<string, readonly ProfileRow[]>

export type ProfileLabel = 'before' | 'after'

export function profilesFile(label: ProfileLabel): string {
  return join(import.meta.dirname, '../profiles', `${label}.json`)
}

export function readProfiles(label: ProfileLabel): Profiles {
  const file = profilesFile(label)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

export function writeProfileTable(rows: readonly ProfileRow[]): string {
  return writeTable(
    ['Function', 'Where', 'Self'],
    rows.map(({ name, place, self }) => [`\`${name}\``, place, `${(self * 100).toFixed(1)} %`]),
    2,
  )
}
