import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenEnd, everySplit, readPieces } from '../../../test/support/every-split.ts'
import { readRecordings } from '../../../test/support/recorded.ts'
import type { ToolIdentity } from '../../chat/tool-names.ts'
import { openaiChatCodec } from './index.ts'

const recordings = readRecordings(new URL('./fixtures/', import.meta.url))

/** What each recording shows, from usual to odd. */
const SHOWS: Readonly<Record<string, string>> = {
  text: 'reads text, and the usage in a last chunk without choices (P-67)',
  'reasoning-content':
    'reads reasoning, ends it before the text begins, and knows the cache counts of DeepSeek (P-62, P-63)',
  'reasoning-under-two-names': 'reads reasoning once where it comes under two names (P-61)',
  'parallel-calls': 'follows calls that interleave, though their continuation says name null (P-1, P-16)',
  'name-in-every-delta':
    'keeps one call where each delta repeats name and an empty role, and gives it an id (P-5, P-6)',
  'late-name':
    'waits for the name of a call without losing arguments, and needs no type or choices (P-7, P-8, P-11)',
  'odd-indexes': 'follows calls whose indexes begin at 1, have gaps and come twice (P-4)',
  'no-indexes':
    'follows whole calls without any index, and says tool-calls though the upstream says stop (P-4, P-20)',
  'call-in-second-choice': 'finds a call in the second choice (P-10, P-20, P-21)',
  'zero-usage': 'is not misled by zeros as usage, before or after the true count (P-68, P-79)',
  'reasoning-beside-completion': 'adds reasoning that was counted beside the completion (P-72)',
  'done-without-finish':
    'closes and finishes by what was seen where [DONE] comes without a reason (P-74, P-75)',
  'done-in-half-a-call': 'calls half a call cut short where no reason came (P-19, P-74)',
  'no-done': 'takes an answer as complete that has its reason but no [DONE] and no last blank line (REL-32)',
  'cut-off': 'calls an answer truncated that ends without a reason, and keeps its usage (P-86, REL-31)',
  'only-done': 'calls a [DONE] without any answer a changed upstream, and ignores what follows (P-84)',
  'error-first': 'gives the error that a 200 begins with (P-87)',
  'error-midway':
    'gives the innermost error of a gateway, without the key in it, and nothing after it (P-86, P-100)',
  'finish-error': 'takes a vendor’s finish reason for a failure as a failure (P-76)',
  refusal: 'says refused where a refusal ends with stop (P-77)',
  'length-in-a-call': 'says length though a call was begun, so that nobody runs half of it (P-19, P-76)',
  'content-filter': 'says refused where a filter ended the answer (P-76)',
  'content-list': 'reads content that is a list of thinking and text',
  'function-call': 'reads the function_call of old upstreams',
  'nameless-call': 'fails loudly where a call never gets a name (P-2, P-3)',
  'not-json': 'calls a frame that is no JSON a changed upstream',
}

describe('reading a chat completion stream', () => {
  it('has a sentence for each recording', () => {
    expect(recordings.map(({ name }) => name).toSorted()).toEqual(Object.keys(SHOWS).toSorted())
  })

  for (const [name, sentence] of Object.entries(SHOWS)) {
    it(`${sentence} — ${name}.sse`, () => {
      const recording = recordings.find((each) => each.name === name)!
      const parts = readPieces([recording.bytes], () => openaiChatCodec.createStreamReader())
      expect(parts).toEqual(recording.parts)
      expect(brokenEnd(parts)).toBeUndefined()
    })
  }

  it.each(recordings)('reads $name the same, cut at every byte (REL-33)', ({ bytes }) => {
    expect(everySplit(bytes, () => openaiChatCodec.createStreamReader())).toEqual([])
  })

  it('never says finish of a stream that was cut before its end (P-74, REL-31)', () => {
    const { bytes } = recordings.find(({ name }) => name === 'parallel-calls')!
    const text = new TextDecoder().decode(bytes)
    const complete = new TextEncoder().encode(
      text.slice(0, text.indexOf('"finish_reason":"tool_calls"')),
    ).length
    for (let cut = 0; cut < complete; cut++) {
      const end = readPieces([bytes.subarray(0, cut)], () => openaiChatCodec.createStreamReader()).at(-1)
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
        expect(brokenEnd(readPieces(pieces, () => openaiChatCodec.createStreamReader()))).toBeUndefined()
      }),
    )
  })
})

describe('giving tools their names back', () => {
  const stream = (calls: readonly object[]) => [
    new TextEncoder().encode(
      `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { tool_calls: calls }, finish_reason: 'tool_calls' }] })}\n\ndata: [DONE]\n\n`,
    ),
  ]
  const identities = new Map<string, ToolIdentity>([
    ['short_1', { name: 'a.very/long name', kind: 'function' }],
    ['ns__patch', { name: 'patch', namespace: 'ns', kind: 'custom' }],
    ['read', { name: 'read', kind: 'function' }],
  ])
  const readCalls = (calls: readonly object[]) =>
    readPieces(stream(calls), () => openaiChatCodec.createStreamReader({ body: {}, identities }))

  it('says the client’s name of a shortened tool (P-34)', () => {
    const parts = readCalls([{ index: 0, id: 'c', function: { name: 'short_1', arguments: '{}' } }])
    expect(parts[1]).toMatchObject({ type: 'tool-call-start', name: 'a.very/long name' })
  })

  it('gives a custom tool its free text and its namespace back (P-42)', () => {
    const parts = readCalls([
      { index: 0, id: 'c', function: { name: 'ns__patch', arguments: '{"input":"*** Begin\\n"}' } },
    ])
    expect(parts.slice(1, 3)).toEqual([
      { type: 'tool-call-start', key: 0, id: 'c', name: 'patch', kind: 'custom', namespace: 'ns' },
      { type: 'tool-call-delta', key: 0, text: '*** Begin\n' },
    ])
  })

  it('keeps the signature of a call, where Gemini’s own chat completions put it (P-59)', () => {
    const extra_content = { google: { thought_signature: 'c2ln' } }
    const parts = readCalls([
      { index: 0, id: 'c', function: { name: 'read', arguments: '{}' }, extra_content },
    ])
    expect(parts.find(({ type }) => type === 'tool-call-end')).toEqual({
      type: 'tool-call-end',
      key: 0,
      signature: { origin: 'gemini', data: 'c2ln' },
    })
  })

  it('unwraps the parallel call that a model makes up, and a functions. prefix (P-18)', () => {
    const uses = [
      { recipient_name: 'functions.read', parameters: { path: 'a' } },
      { recipient_name: 'functions.short_1', parameters: {} },
    ]
    const call = { name: 'multi_tool_use.parallel', arguments: JSON.stringify({ tool_uses: uses }) }
    const parts = readCalls([{ index: 0, id: 'c', function: call }])
    expect(parts.filter((part) => part.type === 'tool-call-start')).toMatchObject([
      { id: 'c_0', name: 'read' },
      { id: 'c_1', name: 'a.very/long name' },
    ])
    expect(parts.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' })
  })

  it('takes the only tool there is for a call without a name (P-2)', () => {
    const only = new Map<string, ToolIdentity>([['run', { name: 'run', kind: 'function' }]])
    const parts = readPieces(stream([{ index: 0, id: 'c', function: { arguments: '{"a":1}' } }]), () =>
      openaiChatCodec.createStreamReader({ body: {}, identities: only }),
    )
    expect(parts[1]).toMatchObject({ type: 'tool-call-start', name: 'run' })
  })

  it('takes arguments that are not wrapped as the free text itself (P-42)', () => {
    const parts = readCalls([{ index: 0, id: 'c', function: { name: 'ns__patch', arguments: '*** Begin' } }])
    expect(parts[2]).toEqual({ type: 'tool-call-delta', key: 0, text: '*** Begin' })
  })

  it('does not end a call because its arguments happen to parse (P-15)', () => {
    const parts = readCalls([
      { index: 0, id: 'c', function: { name: 'read', arguments: '{}' } },
      { index: 0, function: { arguments: ' ' } },
    ])
    expect(parts.filter((part) => part.type === 'tool-call-end')).toHaveLength(1)
    expect(parts.filter((part) => part.type === 'tool-call-delta')).toHaveLength(2)
  })
})

describe('telling which call a delta belongs to (P-4)', () => {
  const callsOf = (...chunks: readonly (readonly object[])[]) => {
    const text = chunks.map(
      (calls) =>
        `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { tool_calls: calls } }] })}\n\n`,
    )
    const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] })}\n\n`
    const parts = readPieces([new TextEncoder().encode(text.join('') + end)], () =>
      openaiChatCodec.createStreamReader(),
    )
    return parts.flatMap((start) =>
      start.type === 'tool-call-start'
        ? [
            [
              start.name,
              parts
                .map((part) => (part.type === 'tool-call-delta' && part.key === start.key ? part.text : ''))
                .join(''),
            ],
          ]
        : [],
    )
  }
  const named = (name: string, text = '', more = {}) => ({ function: { name, arguments: text }, ...more })

  it('goes on with a call whose id comes late, or changes in each delta', () => {
    expect(callsOf([named('a', '{', { index: 0 })], [named('a', '}', { index: 0, id: 'late' })])).toEqual([
      ['a', '{}'],
    ])
    expect(
      callsOf(
        [named('a', '{', { index: 0, id: 'i1' })],
        [{ index: 0, id: 'i2', function: { arguments: '}' } }],
      ),
    ).toEqual([['a', '{}']])
  })

  it('tells calls in one delta apart that have neither id nor index', () => {
    expect(callsOf([named('now'), named('now')])).toEqual([
      ['now', ''],
      ['now', ''],
    ])
  })

  it('goes on with the last call where a delta has neither id, index nor name', () => {
    expect(callsOf([named('a', '{')], [named('b', '{')], [{ function: { arguments: '}' } }])).toEqual([
      ['a', '{'],
      ['b', '{}'],
    ])
  })

  it('goes on by id where indexes disagree', () => {
    expect(
      callsOf(
        [named('a', '{', { index: 0, id: 'x' })],
        [{ index: 3, id: 'x', function: { arguments: '}' } }],
      ),
    ).toEqual([['a', '{}']])
  })

  it('passes over an entry that says nothing at all', () => {
    expect(
      callsOf([{ index: 7, function: { arguments: '' } }], [named('a', '{}', { index: 0, id: 'x' })]),
    ).toEqual([['a', '{}']])
  })
})

describe('reading usage', () => {
  it('finds Groq’s, which stands elsewhere', () => {
    const chunk = {
      id: 'x',
      x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } },
      choices: [{ delta: {}, finish_reason: 'stop' }],
    }
    const parts = readPieces([new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`)], () =>
      openaiChatCodec.createStreamReader(),
    )
    expect(parts[1]).toEqual({ type: 'usage', usage: { inputTokens: 3, outputTokens: 4 } })
  })
})
