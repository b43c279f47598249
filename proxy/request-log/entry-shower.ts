import type { LogEntry } from '../../contract/log-entry.ts'
import { readEntryLine, writeEntryLine } from './entry-line.ts'
import { type EntryLine, LineWriter } from './line-writer.ts'
import { createRedactor, type Redactor } from './redact.ts'
import { redactEntry } from './redact-entry.ts'

/** Turns what was reported into what may be seen, without the secrets that were known at one moment. */
export type EntryShower = {
  /** Rises when the secrets change: a line with an older number may hold one that is known by now. */
  readonly redaction: number
  readonly secrets: readonly string[]
  readonly redactor: Redactor
  show(entry: LogEntry): LogEntry
  writeLine(entry: LogEntry): string
  /** A line that says the same, lengths of time to the microsecond, to be written into a block. */
  lineOf(entry: LogEntry): EntryLine
  /** `madeWith`: the redaction of the line. */
  readLine(line: string, madeWith: number): LogEntry
}

export type EntryShowers = {
  /** With the secrets of now. The same one until they change. */
  current(): EntryShower
  /** With the secrets of when somebody last looked, which costs nothing. */
  readonly last: EntryShower
}

export function createEntryShowers(readSecrets: () => readonly string[]): EntryShowers {
  let last = createEntryShower([], 0)
  return {
    current() {
      const secrets = readSecrets()
      if (!areSame(secrets, last.secrets)) last = createEntryShower([...secrets], last.redaction + 1)
      return last
    },
    get last() {
      return last
    },
  }
}

function createEntryShower(secrets: readonly string[], redaction: number): EntryShower {
  const redactor = createRedactor(secrets)
  const writer = new LineWriter(redactor)
  return {
    redaction,
    secrets,
    redactor,
    show: (entry) => redactEntry(entry, redactor),
    writeLine: (entry) => writeEntryLine(redactEntry(entry, redactor)),
    lineOf: (entry) => writer.lineOf(entry),
    readLine(line, madeWith) {
      const entry = readEntryLine(line)
      return madeWith === redaction ? entry : redactEntry(entry, redactor)
    },
  }
}

function areSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((secret, index) => secret === right[index])
}
