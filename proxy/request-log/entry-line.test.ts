import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttemptRecord, LogEntry } from '../../contract/log-entry.ts'
import { beginningOfLine, quotedIdOf, readEntryLine, writeEntryLine } from './entry-line.ts'
import { EMPTY_ATTEMPT, EMPTY_ENTRY } from './log-row.ts'

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('plain', '"quoted"', 'x'.repeat(300), '\n\t\u2028', 'é世🌍'),
)
const count = fc.oneof(fc.nat(), fc.constant(0))
const time = fc.double({ noNaN: true, noDefaultInfinity: true })
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })

const attempt: fc.Arbitrary<AttemptRecord> = fc.record(
  {
    number: fc.nat(),
    provider: name,
    accountId: maybe(name),
    accountName: maybe(name),
    reason: name,
    startedAt: time,
    firstByteMs: maybe(time),
    durationMs: maybe(time),
    status: maybe(count),
    errorKind: maybe(name),
    errorMessage: maybe(name),
    responseBytes: count,
    maybeBilled: fc.boolean(),
    note: name,
  },
  {
    requiredKeys: [
      'number',
      'provider',
      'reason',
      'startedAt',
      ...(Object.keys(EMPTY_ATTEMPT) as (keyof typeof EMPTY_ATTEMPT)[]),
    ],
  },
)

const entry: fc.Arbitrary<LogEntry> = fc.record({
  id: name,
  sequence: fc.nat(),
  startedAt: time,
  state: fc.constantFrom('receiving', 'queued', 'waiting', 'streaming', 'done', 'failed', 'cancelled'),
  method: name,
  path: name,
  protocol: maybe(name),
  keyName: maybe(name),
  client: maybe(name),
  modelIn: maybe(name),
  modelOut: maybe(name),
  provider: maybe(name),
  accountId: maybe(name),
  accountName: maybe(name),
  stream: fc.boolean(),
  passThrough: fc.boolean(),
  status: maybe(count),
  finishReason: maybe(name),
  inputTokens: maybe(count),
  outputTokens: maybe(count),
  cacheReadTokens: maybe(count),
  reasoningTokens: maybe(count),
  tokensEstimated: fc.boolean(),
  firstByteMs: maybe(time),
  durationMs: maybe(time),
  requestBytes: count,
  responseBytes: count,
  errorKind: maybe(name),
  errorMessage: maybe(name),
  denyReason: maybe(name),
  attempts: fc.array(attempt, { maxLength: 3 }),
})

describe('The line of a row', () => {
  it('gives any entry back', () => {
    fc.assert(
      fc.property(entry, (written) => {
        // Of minus nothing JSON knows no more than of nothing.
        expect(readEntryLine(writeEntryLine(written))).toEqual(JSON.parse(JSON.stringify(written)))
      }),
    )
  })

  it('begins with the id, however that is written', () => {
    fc.assert(
      fc.property(entry, (written) => {
        const line = writeEntryLine(written)
        expect(line.startsWith(beginningOfLine(written.id))).toBe(true)
        expect(JSON.parse(quotedIdOf(line))).toBe(written.id)
      }),
    )
  })

  it('says nothing of what was not reported', () => {
    const bare = {
      ...EMPTY_ENTRY,
      id: 'a',
      startedAt: 1,
      sequence: 2,
      method: 'GET',
      path: '/',
      attempts: [],
    }
    const line = '{"id":"a","startedAt":1,"sequence":2,"state":"receiving","method":"GET","path":"/"}'
    expect(writeEntryLine(bare)).toBe(line)
  })
})
