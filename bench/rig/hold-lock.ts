import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * Another process that locks a SQLite file against writers. Arguments: the file, the milliseconds that the lock is held,
 * and the milliseconds that it is free between. Without the last two it is held until the process ends. Prints `held`
 * when it has the lock first.
 */
const [path = '', heldMs, freeMs] = process.argv.slice(2)
const database = new DatabaseSync(path, { timeout: 10_000 })
for (let turn = 0; ; turn++) {
  database.exec('BEGIN EXCLUSIVE')
  if (turn === 0) console.log('held')
  await wait(heldMs === undefined ? 3_600_000 : Number(heldMs))
  database.exec('ROLLBACK')
  await wait(Number(freeMs ?? 0))
}
