import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readProfiles } from './profiles.ts'
import type { Notes } from './write-report.ts'

const NOTES = join(import.meta.dirname, '../notes')

/** Reads what was written by hand, in bench/notes/, and the kept profiles. */
export function readNotes(): Notes {
  const read = (name: string) => {
    const file = join(NOTES, name)
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  }
  return {
    causes: read('causes.md'),
    tried: read('tried.md'),
    before: readProfiles('before'),
    after: readProfiles('after'),
  }
}
