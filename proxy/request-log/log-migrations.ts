import type { DatabaseSync } from 'node:sqlite'
import { gatherIntoBlocks } from './gather-into-blocks.ts'
import { inTransaction } from './in-transaction.ts'
import { packBlocks } from './pack-blocks.ts'

/** One schema after the other, never changed once released. The number of those applied is SQLite's `user_version`. */
const MIGRATIONS: readonly ((database: DatabaseSync) => void)[] = [
  (database) =>
    database.exec(`
   CREATE TABLE entries (
     id TEXT PRIMARY KEY,
     sequence INTEGER NOT NULL,
     started_at REAL NOT NULL,
     state TEXT NOT NULL,
     search TEXT NOT NULL,
     entry TEXT NOT NULL,
     bytes INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX entries_by_start ON entries (started_at);
   CREATE TABLE bodies (
     id TEXT PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
     request TEXT,
     response TEXT,
     request_cut INTEGER NOT NULL,
     response_cut INTEGER NOT NULL
   ) STRICT;
   PRAGMA user_version = 1;`),
  // What a search looks through is in the entry, and its sequence tells nothing once the process has ended.
  (database) =>
    database.exec(`
   ALTER TABLE entries DROP COLUMN search;
   ALTER TABLE entries DROP COLUMN sequence;
   PRAGMA user_version = 2;`),
  // Rows that ended one after the other are stored together: to write and to drop each alone was most of what it cost.
  (database) => {
    database.exec(`
   CREATE TABLE blocks (
     number INTEGER PRIMARY KEY,
     first_started REAL NOT NULL,
     last_started REAL NOT NULL,
     rows INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     entries TEXT NOT NULL,
     bodies TEXT
   ) STRICT;
   CREATE INDEX blocks_by_start ON blocks (last_started);
   CREATE TABLE open_rows (
     id TEXT PRIMARY KEY,
     started_at REAL NOT NULL,
     entry TEXT NOT NULL
   ) STRICT;`)
    gatherIntoBlocks(database)
    database.exec(`
   DROP TABLE bodies;
   DROP TABLE entries;
   PRAGMA user_version = 3;`)
  },
  // Packed, a block takes a tenth of the room and a third of the time.
  (database) => {
    database.exec(`
   ALTER TABLE blocks RENAME TO text_blocks;
   DROP INDEX blocks_by_start;
   CREATE TABLE blocks (
     number INTEGER PRIMARY KEY,
     first_started REAL NOT NULL,
     last_started REAL NOT NULL,
     rows INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     entries BLOB NOT NULL,
     bodies BLOB
   ) STRICT;
   CREATE INDEX blocks_by_start ON blocks (last_started);`)
    packBlocks(database)
    database.exec(`
   DROP TABLE text_blocks;
   PRAGMA user_version = 4;`)
  },
]

export class NewerLogError extends Error {
  override readonly name = 'NewerLogError'
}

/** Brings the schema up to date, each step whole or not at all. A newer one is refused and left as it is. */
export function migrateLog(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version > MIGRATIONS.length)
    throw new NewerLogError('the request log was written by a newer Portside; it was not changed')
  for (const migrate of MIGRATIONS.slice(version)) inTransaction(database, () => migrate(database))
}
