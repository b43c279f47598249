import { createSettingsStore } from './settings-store.ts'

/** Saves for ever, counting up, and tells each finished save on its own line: a process to be killed. */
const store = await createSettingsStore({ home: process.argv[2] ?? '', env: {}, flags: {} })
for (;;) {
  const saved = await store.update((now) => ({ ...now, log: { ...now.log, maxRows: now.log.maxRows + 1 } }))
  process.stdout.write(`${saved.log.maxRows}\n`)
}
