import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttemptRecord, LogEntry } from '../../contract/log-entry.ts'
import { beginningOfLine, quotedIdOf, readEntryLine, writeEntryLine } from './entry-line.ts'
import { LineWriter } from './line-writer.ts'
import { createAttempt, createEntry } from './log-row.ts'
import { createRedactor } from './redact.ts'
import { redactEntry } from './redact-entry.ts'

const SECRET = 'sk-live-0123456789abcdef0123456789'
const redactor = createRedactor([SECRET])

/** Few different values, so that rows are alike as often as not. */
const name = fc.constantFrom('a', 'b', 'é世🌍', '"quoted"\n', `has ${SECRET}`)
const maybeName = fc.option(name, { nil: null })
const time = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e7, noNaN: true }))
const count = fc.option(fc.nat(), { nil: null })
const message = fc.option(name, { nil: null, freq: 20 })

const patch = fc.record({
  state: fc.constantFrom('done', 'failed', 'cancelled'),
  keyName: maybeName,
  modelIn: maybeName,
  accountId: maybeName,
  status: fc.constantFrom(null, 200, 503),
  finishReason: maybeName,
  stream: fc.boolean(),
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  reasoningTokens: count,
  firstByteMs: fc.option(time, { nil: null }),
  durationMs: fc.option(time, { nil: null }),
  requestBytes: fc.nat(),
  responseBytes: fc.nat(),
  errorMessage: message,
})
const attempt: fc.Arbitrary<AttemptRecord> = fc
  .record({
    reason: name,
    accountId: maybeName,
    firstByteMs: fc.option(time, { nil: null }),
    durationMs: fc.option(time, { nil: null }),
    status: fc.constantFrom(null, 200),
    errorMessage: message,
    responseBytes: fc.nat(),
    maybeBilled: fc.boolean(),
    more: fc.constantFrom({}, {}, {}, { note: 'left out' }),
  })
  .map(({ more, ...given }) => ({
    ...createAttempt({ provider: 'p', reason: given.reason }, 1, 1_764_400_000_000),
    ...given,
    ...more,
  }))
const startedAt = fc.oneof(
  fc.nat(),
  fc.nat({ max: 200 }).map((step) => 1_764_400_000_000 + step * 0.001),
)
const id = fc.oneof(fc.uuid(), fc.constantFrom('given', '"odd"\n', 'x'.repeat(64), 'x'.repeat(65), ''))
const entry: fc.Arbitrary<LogEntry> = fc
  .tuple(id, startedAt, patch, fc.array(attempt, { minLength: 0, maxLength: 2 }), fc.nat())
  .map(([given, at, fields, attempts, sequence]) => ({
    ...createEntry({ id: given, method: 'POST', path: '/v1/messages' }, { id: given, startedAt: at }),
    ...fields,
    attempts,
    sequence,
  }))

/** To the microsecond, as lengths of time are written. */
const rounded = (milliseconds: number | null) =>
  milliseconds === null ? null : Number((Math.round(milliseconds * 1000) / 1000).toFixed(3))

function roundTimes(row: LogEntry): LogEntry {
  const times = <Row extends AttemptRecord | LogEntry>(each: Row): Row => ({
    ...each,
    firstByteMs: rounded(each.firstByteMs),
    durationMs: rounded(each.durationMs),
  })
  return { ...times(row), attempts: row.attempts.map(times) }
}

const written = Buffer.alloc(65_536)

function write(writer: LineWriter, row: LogEntry): string {
  written.fill('#')
  const line = writer.lineOf(row)
  const end = line.writeTo(written, 7)
  expect(end - 7).toBeLessThanOrEqual(line.maxBytes)
  expect(written.toString('latin1', end, end + 8)).toBe('########')
  return written.toString('utf8', 7, end)
}

describe('The line of a row that has ended', () => {
  it('says the same as that of the row by itself, whatever rows were written before (SEC-21, SEC-29)', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 60 }), (rows) => {
        const writer = new LineWriter(redactor)
        for (const row of rows) {
          const line = write(writer, row)
          const alone = writeEntryLine(redactEntry(row, redactor))
          expect(roundTimes(readEntryLine(line))).toEqual(roundTimes(readEntryLine(alone)))
          expect(readEntryLine(line).startedAt).toBe(row.startedAt)
          expect(line).not.toContain(SECRET)
          expect(line.startsWith(beginningOfLine(row.id))).toBe(true)
          expect(JSON.parse(quotedIdOf(line))).toBe(row.id)
        }
      }),
    )
  })

  it('tells rows apart that differ in any one field', () => {
    const changed = (field: string, value: unknown) => {
      if (typeof value === 'boolean') return !value
      // What nothing is known of is null, of times and counts too.
      const isNumber = typeof value === 'number' || /Ms$|Tokens$|^status$/.test(field)
      return isNumber ? Number(value) + 1 : 'failed'
    }
    const row = createEntry({ id: 'a', method: 'POST', path: '/' }, { id: 'a', startedAt: 1 })
    const attempt: AttemptRecord = createAttempt({ provider: 'p', reason: 'r' }, 1, 2)
    const others = Object.entries(row)
      .filter(([field]) => field !== 'attempts')
      .map(([field, value]) => ({ ...row, attempts: [attempt], [field]: changed(field, value) }))
    const otherAttempts = Object.entries({ ...attempt, note: 'none' }).map(([field, value]) => ({
      ...row,
      attempts: [{ ...attempt, [field]: changed(field, value) }],
    }))
    expect(others.length + otherAttempts.length).toBeGreaterThan(40)
    for (const other of [...others, ...otherAttempts]) {
      const writer = new LineWriter(redactor)
      write(writer, { ...row, attempts: [attempt] })
      const alone = readEntryLine(writeEntryLine(redactEntry(other as LogEntry, redactor)))
      expect(readEntryLine(write(writer, other as LogEntry))).toEqual(alone)
    }
  })

  it('is right where there are more kinds of rows than are remembered', () => {
    const writer = new LineWriter(redactor)
    for (let round = 0; round < 3; round++)
      for (let model = 0; model < 40; model++) {
        const row = createEntry(
          { id: `${round}-${model}`, method: 'POST', path: '/v1/messages', modelIn: `model ${model}` },
          { id: `${round}-${model}`, startedAt: round },
        )
        row.attempts = [createAttempt({ provider: 'p', reason: `attempt of ${model}` }, 1, 2)]
        const line = readEntryLine(write(writer, row))
        expect([line.id, line.modelIn, line.attempts[0]?.reason]).toEqual([
          row.id,
          row.modelIn,
          `attempt of ${model}`,
        ])
      }
  })

  it('has lengths of time to the microsecond, and times and counts in full', () => {
    const times = { firstByteMs: 0.0004, durationMs: 1234.5678, requestBytes: 1e15 }
    const startedAt = 1_764_400_000_000.001
    const row = { ...createEntry({ id: 'a', method: 'POST', path: '/' }, { id: 'a', startedAt }), ...times }
    const attempt = createAttempt({ provider: 'p', reason: 'r' }, 1, 3)
    row.attempts = [{ ...attempt, firstByteMs: 10.05, durationMs: 20 }]
    expect(write(new LineWriter(redactor), row)).toBe(
      '{"id":"a","startedAt":1764400000000.0009765625,"sequence":0,"firstByteMs":0,"durationMs":1234.568,' +
        '"requestBytes":1000000000000000,"responseBytes":0,' +
        '"attempts":[{"startedAt":3,"firstByteMs":10.05,"durationMs":20,"responseBytes":0,' +
        '"number":1,"provider":"p","reason":"r"}],"state":"receiving","method":"POST","path":"/"}',
    )
  })
})
