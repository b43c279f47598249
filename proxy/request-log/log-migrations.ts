import type { DatabaseSync } from 'node:sqlite'

/** One schema after the other, never changed once released. The number of those applied is SQLite's `user_version`. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE entries (
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
   PRAGMA user_version = 1;`,
  // What a search looks through is in the entry, and its sequence tells nothing once the process has ended.
  `ALTER TABLE entries DROP COLUMN search;
   ALTER TABLE entries DROP COLUMN sequence;
   PRAGMA user_version = 2;`,
]

export class NewerLogError extends Error {
  override readonly name = 'NewerLogError'
}

/** Brings the schema up to date, each step whole or not at all. A newer one is refused and left as it is. */
export function migrateLog(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version > MIGRATIONS.length) {
    throw new NewerLogError('the request log was written by a newer Portside; it was not changed')
  }
  for (const migration of MIGRATIONS.slice(version)) {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(migration)
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}
