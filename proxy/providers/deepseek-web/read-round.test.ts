import { describe, expect, it } from 'vitest'
import { SCENARIOS } from '../../../test/simulators/deepseek-web/scenarios.ts'
import type { Scene } from '../../../test/simulators/deepseek-web/scene.ts'
import { everySplit, readPieces } from '../../../test/support/every-split.ts'
import type { StreamReader } from '../wire-codec.ts'
import { createAnswerWriter } from './answer-writer.ts'
import { createBareLines } from './bare-lines.ts'
import { createPatchedDocument } from './patched-document.ts'
import { createRoundReader } from './read-round.ts'
import { createReplay } from './replay.ts'
import { createStrayEnd } from './stray-end.ts'

/** What a scenario of the simulator puts on the wire. */
async function record(name: string, thinking: boolean): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  const scene: Scene = {
    endpoint: 'completion',
    prompt: '',
    thinking,
    search: true,
    asked: 0,
    requestId: 1,
    responseId: 2,
    modelType: 'default',
    mute: () => undefined,
    revokeToken: () => undefined,
    isFirst: () => true,
    answer: () => ({ text: 'Tide: 潮 🚢 at six.' }),
    reply: () => undefined,
    async write(bytes) {
      pieces.push(Buffer.from(bytes))
    },
    end: () => undefined,
    destroy: () => undefined,
    isGone: () => true,
  }
  await SCENARIOS[name]?.(scene)
  return Buffer.concat(pieces)
}

function createReader(): StreamReader {
  const writer = createAnswerWriter({
    model: 'deepseek-reasoner-search',
    showsThinking: true,
    hasSearch: true,
    inputCharacters: 4,
  })
  const reader = createRoundReader({ writer, endpoint: 'completion', now: () => 0 })
  return {
    push(event) {
      reader.push(event)
      return writer.take()
    },
    end() {
      reader.end()
      writer.finish(reader.state.status === 'INCOMPLETE' ? 'length' : 'stop')
      return writer.take()
    },
  }
}

const RECORDED = [
  'plain',
  'thinking',
  'stray-think-end',
  'inherited-frames',
  'nested-batch',
  'multi-byte-split',
  'keep-alives',
  'crlf-and-unknown-events',
  'filter-after-text',
  'incomplete-continue',
  'search-reference',
  'legacy-citation',
  'late-citations',
  'hint-rate-limit',
  'muted-sse',
  'old-choices',
  'intermediate-2025',
] as const

describe('a stream of DeepSeek’s web', () => {
  it.each(RECORDED)('%s: reads the same however its bytes are cut', async (name) => {
    const bytes = await record(name, true)
    // Text may come in other pieces; what it adds up to may not.
    expect(everySplit(bytes, () => joined(createReader()))).toEqual([])
  })

  it('keeps spaces that stand alone', async () => {
    const frames = [
      { v: { response: { fragments: [{ id: 1, type: 'RESPONSE', content: 'a' }] } } },
      { p: 'response/fragments/-1/content', o: 'APPEND', v: ' ' },
      { v: '\n' },
      { v: 'b' },
      { p: 'response/status', o: 'SET', v: 'FINISHED' },
    ]
    const text = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')
    const parts = readPieces([Buffer.from(text)], createReader)
    expect(parts.flatMap((part) => (part.type === 'text-delta' ? part.text : [])).join('')).toBe('a \nb')
  })
})

/** Deltas that follow each other as one, so that only what is said is compared. */
function joined(reader: StreamReader): StreamReader {
  const said: string[] = []
  return {
    push(event) {
      for (const part of reader.push(event)) said.push(told(part))
      return []
    },
    end() {
      for (const part of reader.end()) said.push(told(part))
      return [{ type: 'answer-start', id: said.join('') }]
    },
  }
}

function told(part: ReturnType<StreamReader['end']>[number]): string {
  return part.type === 'text-delta' || part.type === 'thinking-delta' ? part.text : `<${part.type}>`
}

describe('the document behind the frames', () => {
  it('keeps path and op from frame to frame, and gives a batch its own', () => {
    const document = createPatchedDocument()
    document.apply({ v: { response: { fragments: [{ content: 'a' }], status: 'WIP' } } })
    document.apply({ p: 'response/fragments/-1/content', o: 'APPEND', v: 'b' })
    document.apply({ v: 'c' })
    document.apply({ p: 'response/fragments', v: [{ type: 'TIP' }] })
    document.apply({
      p: 'response',
      o: 'BATCH',
      v: [
        { p: 'status', v: 'X' },
        { p: 'fragments/-2/content', o: 'APPEND', v: 'd' },
      ],
    })
    document.apply({ v: [{ p: 'status', v: 'Y' }] })
    expect(document.response()).toEqual({ fragments: [{ content: 'abcd' }, { type: 'TIP' }], status: 'Y' })
  })

  it('tells each change with its path counted from the start', () => {
    const document = createPatchedDocument()
    document.apply({ v: { response: { fragments: [{ content: '' }, { content: '' }] } } })
    expect(document.apply({ p: 'response/fragments/-1/content', o: 'APPEND', v: 'x' })).toEqual([
      { path: ['response', 'fragments', 1, 'content'], op: 'APPEND', value: 'x', before: '' },
    ])
  })

  it('takes no harm from paths that lead nowhere', () => {
    const document = createPatchedDocument()
    document.apply({ v: { response: { fragments: [] } } })
    for (const p of [
      'response/fragments/-1/content',
      'response/fragments/9/content',
      '__proto__/polluted',
      'a/b/c',
    ])
      expect(() => document.apply({ p, o: 'SET', v: 'x' })).not.toThrow()
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(document.response()).toEqual({ fragments: [] })
  })
})

describe('the pieces', () => {
  it('bare lines of JSON are found between events, cut anywhere', () => {
    const stream = Buffer.from('event: x\ndata: {"a":1}\n\n{"code":5}\n: {"no":1}\n{"end":2}')
    for (let cut = 0; cut <= stream.length; cut++) {
      const lines = createBareLines()
      const found = [
        ...lines.push(stream.subarray(0, cut)),
        ...lines.push(stream.subarray(cut)),
        ...lines.end(),
      ]
      expect([cut, found]).toEqual([cut, ['{"code":5}', '{"end":2}']])
    }
  })

  it('a replay gives only what is new, and new text that begins alike is no replay', () => {
    const said = 'The harbour opens at six in the morning.'
    const repeated = createReplay(said)
    repeated.begin(`${said} It`)
    expect([
      repeated.push(said.slice(0, 20)),
      repeated.push(`${said.slice(20)} It`),
      repeated.push(' closes.'),
    ]).toEqual(['', ' It', ' closes.'])
    const fresh = createReplay(said)
    fresh.begin('The')
    expect(fresh.push('The')).toBe('The')
  })

  it('a stray end of thinking is found over a cut, and a mere beginning is given back', () => {
    const stray = createStrayEnd()
    expect(stray.push('a < b </th')).toEqual({ thinking: 'a < b ', answer: '' })
    expect(stray.push('ink>\n\nSix.')).toEqual({ thinking: '', answer: 'Six.' })
    const none = createStrayEnd()
    expect(none.push('x </thin')).toEqual({ thinking: 'x ', answer: '' })
    expect(none.rest()).toBe('</thin')
  })
})
