import { readdirSync, readFileSync } from 'node:fs'
import type { ToldPart } from './every-split.ts'

/** A recorded stream, and the parts that it must be read as. */
export type Recording = {
  readonly name: string
  readonly bytes: Uint8Array
  readonly parts: readonly ToldPart[]
}

/** All recordings of a `fixtures` folder: `x.sse` with `x.parts.json` beside it. */
export function readRecordings(folder: URL): readonly Recording[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sse'))
    .map((file) => {
      const name = file.slice(0, -'.sse'.length)
      const bytes = readFileSync(new URL(file, folder))
      return { name, bytes, parts: JSON.parse(readFileSync(new URL(`${name}.parts.json`, folder), 'utf8')) }
    })
}
