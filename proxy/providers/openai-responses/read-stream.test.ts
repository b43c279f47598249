import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenEnd, everySplit, readPieces } from '../../../test/support/every-split.ts'
import { readRecordings } from '../../../test/support/recorded.ts'
import { openaiResponsesCodec } from './index.ts'

const recordings = readRecordings(new URL('./fixtures/', import.meta.url))
const createReader = () => openaiResponsesCodec.createStreamReader()

/** What each recording shows, from usual to odd. */
const SHOWS: Readonly<Record<string, string>> = {
  text: 'reads text and usage, and passes over obfuscation',
  reasoning:
    'joins all summary parts of one item to one thought, and takes the encrypted content of its end (P-56, P-57, P-58, P-63)',
  'hidden-reasoning': 'reads reasoning that has no words as a signature alone (P-58)',
  'plain-reasoning': 'reads reasoning that is told openly',
  'parallel-calls': 'follows calls whose arguments interleave (P-13, P-16)',
  'rotating-ids': 'follows items by their output_index, though their ids change with every event (P-17)',
  'custom-call': 'reads the free text of a custom call (P-42)',
  'done-only': 'reads items that come without deltas',
  'completed-only': 'reads items of which only the terminal event tells',
  'late-name': 'waits for the name of a call without losing arguments (P-8)',
  'hosted-tool': 'keeps a tool that the upstream ran apart from the calls of the client (P-22)',
  refusal: 'says refused where the model declines in words (P-77)',
  incomplete:
    'takes an incomplete response for an answer that was cut short, not for a broken stream (P-76, P-78)',
  'length-in-a-call': 'says length though a call was begun, so that nobody runs half of it (P-19, P-76)',
  'content-filter': 'says refused where a filter ended the answer (P-76)',
  failed: 'gives the error of a failed response, and nothing after it (P-86, P-90)',
  'error-first': 'gives the error that a 200 begins with (P-87)',
  'bare-error': 'gives the error of an envelope without a type (P-89)',
  'cut-off': 'calls an answer truncated that ends without its terminal event (P-86, P-91, REL-31)',
  'only-done-marker': 'does not take [DONE] for the end of a response (P-91)',
  'nameless-call': 'fails loudly where a call never gets a name (P-2, P-3)',
  'not-json': 'calls a frame that is no JSON a changed upstream',
}

describe('reading a Responses stream', () => {
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
    const { bytes } = recordings.find(({ name }) => name === 'parallel-calls')!
    const text = new TextDecoder().decode(bytes)
    const complete = new TextEncoder().encode(text.slice(0, text.indexOf('event: response.completed'))).length
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

describe('reading what a failed response says', () => {
  const failing = (error: object) =>
    openaiResponsesCodec
      .createStreamReader()
      .push({ data: JSON.stringify({ type: 'response.failed', response: { status: 'failed', error } }) })
      .at(-1)

  it('finds out from its words when to come back', () => {
    const told = (message: string) => failing({ code: 'rate_limit_exceeded', message })
    expect(told('Please try again in 3.2s.')).toMatchObject({ error: { retryAfterMs: 3200 } })
    expect(told('Please try again in 250ms.')).toMatchObject({ error: { retryAfterMs: 250 } })
    expect(told('Soon.')).toMatchObject({ error: { retryAfterMs: undefined } })
  })

  it('knows a context that is too long, and a failure without any words', () => {
    expect(failing({ code: 'context_length_exceeded', message: 'Too long.' })).toMatchObject({
      error: { kind: 'context-too-long' },
    })
    expect(failing({})).toMatchObject({ error: { kind: 'upstream-unavailable' } })
  })

  it('reads what other status codes say', () => {
    const error = openaiResponsesCodec.readError({
      status: 429,
      headers: {},
      text: '{"error":{"message":"Slow. Please try again in 1s.","type":"tokens","code":"rate_limit_exceeded"}}',
    })
    expect(error).toMatchObject({ kind: 'rate-limited', upstreamStatus: 429, retryAfterMs: 1000 })
  })
})
