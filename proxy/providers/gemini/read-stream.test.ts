import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenEnd, everySplit, readPieces } from '../../../test/support/every-split.ts'
import { readRecordings } from '../../../test/support/recorded.ts'
import { geminiCodec } from './index.ts'

const recordings = readRecordings(new URL('./fixtures/', import.meta.url))
const createReader = () => geminiCodec.createStreamReader()

/** What each recording shows, from usual to odd. */
const SHOWS: Readonly<Record<string, string>> = {
  text: 'reads text and usage, thoughts counted in the output; an empty last part is none (P-72)',
  thoughts: 'reads thoughts apart from the text (P-62, P-63)',
  calls: 'gives calls without ids deterministic ones, and keeps the signature of the first (P-40, P-59)',
  'call-with-id': 'keeps the id that a call came with',
  'no-arguments': 'keeps a call without arguments, and its signature (P-14, P-59)',
  'max-tokens': 'says length where the limit ended the answer (P-76)',
  safety: 'says refused where a filter ended the answer, though its candidate has no content (P-76)',
  'blocked-prompt': 'says refused where the prompt itself is blocked',
  'stop-in-each-chunk':
    'is not misled by a finish reason in each chunk, and reads usage that comes later (P-67)',
  'own-tools': 'keeps what Google ran apart from the text (P-22)',
  'malformed-call': 'takes a call that Google could not read for a failure (P-35)',
  'error-midway': 'gives the error in the middle, and nothing after it (P-86)',
  'error-first': 'gives the error that a 200 begins with, in a list (P-87)',
  'cut-off': 'calls an answer truncated that ends without a reason, and keeps its usage (P-86, REL-31)',
  empty: 'calls a stream without any chunk truncated',
  'not-json': 'calls a frame that is no JSON a changed upstream',
}

describe('reading a streamGenerateContent stream', () => {
  it('has a sentence for each recording', () => {
    expect(recordings.map(({ name }) => name).toSorted()).toEqual(Object.keys(SHOWS).toSorted())
  })

  for (const [name, sentence] of Object.entries(SHOWS)) {
    it(`${sentence} — ${name}.sse`, () => {
      const recording = recordings.find((each) => each.name === name)!
      const parts = readPieces([recording.bytes], createReader)
      expect(parts).toEqual(recording.parts)
      expect(brokenEnd(parts)).toBeUndefined()
    })
  }

  it.each(recordings)('reads $name the same, cut at every byte (REL-33)', ({ bytes }) => {
    expect(everySplit(bytes, createReader)).toEqual([])
  })

  it('never says finish of a stream that was cut before its end (P-74, P-91, REL-31)', () => {
    const { bytes } = recordings.find(({ name }) => name === 'calls')!
    const text = new TextDecoder().decode(bytes)
    const complete = new TextEncoder().encode(text.slice(0, text.indexOf('"finishReason":"STOP"'))).length
    for (let cut = 0; cut < complete; cut++) {
      const end = readPieces([bytes.subarray(0, cut)], createReader).at(-1)
      expect(end, `cut at ${cut}`).toMatchObject({ type: 'error', kind: 'upstream-truncated' })
    }
  })

  it('survives any bytes, and ends once (REL-33)', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((json) => new TextEncoder().encode(`data: ${json}\n\n`)),
      fc.constantFrom(...recordings.map(({ bytes }) => bytes)),
      fc.constantFrom(...recordings.map(({ bytes }) => bytes.subarray(0, bytes.length / 2))),
    )
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 5 }), (pieces) => {
        expect(brokenEnd(readPieces(pieces, createReader))).toBeUndefined()
      }),
    )
  })
})

describe('reading what Google says of a failure', () => {
  const read = (status: number, body: unknown) =>
    geminiCodec.readError({ status, headers: {}, text: JSON.stringify(body) })
  const error = (fields: object) => ({ error: { code: 0, message: 'No.', status: 'X', ...fields } })

  it('finds the delay of a RetryInfo, in an object or a list', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3.25s' },
    ]
    const body = error({ code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Please retry in 3s.', details })
    for (const sent of [body, [body]])
      expect(read(429, sent)).toMatchObject({
        kind: 'rate-limited',
        retryAfterMs: 3250,
        upstreamStatus: 429,
        message: 'The upstream failed: Please retry in 3s.',
      })
  })

  it('takes a 400 about the key for a failure of the account', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }]
    expect(read(400, error({ code: 400, status: 'INVALID_ARGUMENT', details }))).toMatchObject({
      kind: 'upstream-auth',
    })
    expect(read(400, error({ code: 400, status: 'INVALID_ARGUMENT' }))).toMatchObject({
      kind: 'invalid-request',
    })
  })
})
