import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenEnd, everySplit, readPieces } from '../../../test/support/every-split.ts'
import { readRecordings } from '../../../test/support/recorded.ts'
import { anthropicCodec } from './index.ts'

const recordings = readRecordings(new URL('./fixtures/', import.meta.url))

/** What each recording shows, from usual to odd. */
const SHOWS: Readonly<Record<string, string>> = {
  text: 'reads text past pings and citations, and counts cached input into the whole (P-69)',
  'thinking-and-calls':
    'reads thinking with its signature, hidden thinking, and calls with and without arguments (P-13, P-66, P-73)',
  'late-usage': 'takes the true input count from message_delta, and the later of two (P-68, P-70, P-79)',
  'server-tool': 'keeps the upstream’s own tools opaque, and counts keys without gaps (P-9, P-22)',
  'stop-sequence': 'tells the stop sequence',
  'max-tokens': 'says length though a call was begun (P-19, P-76)',
  refusal: 'says refused (P-77)',
  'calls-but-end-turn':
    'says tool-calls though the upstream says end_turn, and reads input from the start (P-20)',
  'no-message-stop': 'takes an answer as complete that ends behind its stop reason (REL-32)',
  'cut-off': 'calls an answer truncated that ends inside a block, and keeps its usage (P-86, REL-31)',
  'no-stop-reason': 'closes and finishes by what was seen where no stop reason came (P-74, P-75, P-84)',
  'overloaded-first': 'gives the error that a 200 begins with (P-87)',
  'error-midway': 'gives an error, and nothing after it (P-86)',
  'spliced-start': 'passes over a second message_start (P-97)',
  'thinking-in-a-text-block': 'opens the right block for a delta that does not fit the open one (P-12, P-53)',
  'later-days': 'passes over events, blocks and deltas that it does not know',
  empty: 'calls an end without a beginning a changed upstream',
  'empty-answer': 'reads an answer without blocks',
  'not-json': 'calls a frame that is no JSON a changed upstream',
  'nameless-call': 'fails loudly where a call has no name (P-2)',
  'only-announced': 'fails loudly where a call was announced but none came (P-3)',
}

describe('reading a Messages stream', () => {
  it('has a sentence for each recording', () => {
    expect(recordings.map(({ name }) => name).toSorted()).toEqual(Object.keys(SHOWS).toSorted())
  })

  for (const [name, sentence] of Object.entries(SHOWS)) {
    it(`${sentence} — ${name}.sse`, () => {
      const recording = recordings.find((each) => each.name === name)!
      const parts = readPieces([recording.bytes], () => anthropicCodec.createStreamReader())
      expect(parts).toEqual(recording.parts)
      expect(brokenEnd(parts)).toBeUndefined()
    })
  }

  it.each(recordings)('reads $name the same, cut at every byte (REL-33)', ({ bytes }) => {
    expect(everySplit(bytes, () => anthropicCodec.createStreamReader())).toEqual([])
  })

  it('never says finish of a stream that was cut before its stop reason (P-74, REL-31)', () => {
    const { bytes } = recordings.find(({ name }) => name === 'thinking-and-calls')!
    const complete = new TextDecoder().decode(bytes).indexOf('event: message_delta')
    for (let cut = 0; cut < complete; cut++) {
      const end = readPieces([bytes.subarray(0, cut)], () => anthropicCodec.createStreamReader()).at(-1)
      expect(end, `cut at ${cut}`).toMatchObject({ type: 'error', kind: 'upstream-truncated' })
    }
  })

  it('needs no event names, and none that agree', () => {
    const { bytes, parts } = recordings.find(({ name }) => name === 'thinking-and-calls')!
    const nameless = new TextDecoder().decode(bytes).replaceAll(/^event: .*$/gm, 'event: message')
    expect(
      readPieces([new TextEncoder().encode(nameless)], () => anthropicCodec.createStreamReader()),
    ).toEqual(parts)
  })

  it('gives the arguments of the answer tool as text', () => {
    const { bytes } = recordings.find(({ name }) => name === 'thinking-and-calls')!
    const parts = readPieces([bytes], () =>
      anthropicCodec.createStreamReader({ body: {}, answerTool: 'read_file' }),
    )
    expect(parts.filter((part) => 'key' in part && part.key === 3)).toEqual([
      { type: 'text-start', key: 3 },
      { type: 'text-delta', key: 3, text: '{"path": ' },
      { type: 'text-delta', key: 3, text: '"a.ts"}' },
      { type: 'text-end', key: 3 },
    ])
  })

  it('survives any bytes, and ends once (REL-33)', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((json) => new TextEncoder().encode(`data: ${json}\n\n`)),
      fc
        .record({
          type: fc.constantFrom(
            'message_start',
            'content_block_start',
            'content_block_delta',
            'content_block_stop',
            'message_delta',
          ),
          index: fc.jsonValue(),
          delta: fc.jsonValue(),
          content_block: fc.jsonValue(),
        })
        .map((event) => new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`)),
      fc.constantFrom(...recordings.map(({ bytes }) => bytes.subarray(0, bytes.length / 2))),
    )
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 6 }), (pieces) => {
        expect(brokenEnd(readPieces(pieces, () => anthropicCodec.createStreamReader()))).toBeUndefined()
      }),
    )
  })
})
