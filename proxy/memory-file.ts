import { join } from 'node:path'
import type { z } from 'zod'
import type { Clock, Timer } from './clock.ts'
import { readIfThere, writeDurably } from './settings/durable-file.ts'

/** Something that must outlive a restart, and the file it is kept in. */
export type Kept<Memory> = {
  readonly name: string
  readonly schema: z.ZodType<Memory>
  remember(): Memory
  recall(memory: Memory): void
}

/** One small memory. Neither reading nor writing ever fails: a memory is not worth a request. */
export type MemoryFile = { load(): Promise<void>; save(): Promise<void> }

export type MemoryFiles = MemoryFile & {
  /** Saves what has changed, now and then, until `stop`: a process that is killed has not forgotten much. */
  start(): void
  stop(): void
}

const SAVE_EVERY_MS = 2000

export function createMemoryFiles(files: readonly MemoryFile[], clock: Clock): MemoryFiles {
  let timer: Timer | undefined
  let saving = Promise.resolve()

  function save(): Promise<void> {
    saving = saving.then(async () => {
      for (const file of files) await file.save()
    })
    return saving
  }

  return {
    async load() {
      for (const file of files) await file.load()
    },
    save,
    start() {
      timer ??= clock.timer(SAVE_EVERY_MS, () => {
        void save().then(() => timer?.restart())
      })
    },
    stop() {
      timer?.cancel()
      timer = undefined
    },
  }
}

/** `warn` is told in a sentence of a file that cannot be read or written. */
export function createMemoryFile<Memory>(
  kept: Kept<Memory>,
  { home, warn }: { readonly home: string; readonly warn: (text: string) => void },
): MemoryFile {
  const path = join(home, kept.name)
  const parse = (text: string) => kept.schema.parse(JSON.parse(text))
  let saved: string | undefined
  let isTold = false
  return {
    async load() {
      try {
        const text = await readIfThere(path)
        if (text === undefined) return
        kept.recall(parse(text))
        saved = text
      } catch (error) {
        // A damaged file costs only what it remembered.
        warn(`${path} could not be read and is ignored: ${sayWhy(error)}`)
      }
    },
    async save() {
      const text = JSON.stringify(kept.remember())
      if (text === saved || (saved === undefined && text === '{}')) return
      try {
        await writeDurably({ path, text, validate: parse })
        saved = text
        isTold = false
      } catch (error) {
        if (!isTold) warn(`${path} could not be written: ${sayWhy(error)}`)
        isTold = true
      }
    },
  }
}

function sayWhy(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error)
}
