import { describe, expect, it } from 'vitest'
import { ChatError } from '../chat/chat-error.ts'
import type { StreamPart } from '../chat/stream-part.ts'
import { bridgeRequest } from './bridge-request.ts'
import { askWith, CASE_TOOLS, cutAt, PLAIN_OPTIONS, tell } from './filter.test-support.ts'

const BREST =
  '<tool_calls>\n<invoke name="get_tide">\n<parameter name="port"><![CDATA[Brest]]></parameter>\n</invoke>\n</tool_calls>'
const brest = { name: 'get_tide', arguments: { port: 'Brest' } }
const filterOf = (options = {}) =>
  bridgeRequest(askWith(CASE_TOOLS), { ...PLAIN_OPTIONS, ...options }).createFilter()

describe('Thoughts that the upstream tells apart itself', () => {
  const native = { options: { thinking: 'native' as const } }

  it('T-60: hold a call that counts where the answer is empty, and are shown without it', () => {
    for (let cut = 1; cut < BREST.length; cut++) {
      const pieces = cutAt(`Hm.\n${BREST}`, [cut], 'thinking')
      expect(tell([...pieces, { kind: 'text', text: '\n' }], native)).toMatchObject({
        thinking: 'Hm.\n',
        text: '',
        calls: [brest],
        finish: 'tool-calls',
        faults: [],
      })
    }
  })

  it('T-60: hold a call that does not count where there is an answer', () => {
    const told = tell(
      [
        { kind: 'thinking', text: `Hm.\n${BREST}` },
        { kind: 'text', text: 'No.' },
      ],
      native,
    )
    expect(told).toMatchObject({ thinking: 'Hm.\n', text: 'No.', calls: [], finish: 'stop' })
  })

  it('TH-8: are dropped where thinking is off', () => {
    const request = askWith([], { reasoning: { mode: 'off' } })
    const told = tell(
      [
        { kind: 'thinking', text: 'Hm.' },
        { kind: 'text', text: 'Sail.' },
      ],
      { ...native, request },
    )
    expect(told).toMatchObject({ thinking: '', text: 'Sail.' })
  })

  it('TH-9: keep their white space', () => {
    const pieces = ['a', ' ', '\n', 'b'].map((text) => ({ kind: 'thinking' as const, text }))
    expect(tell([...pieces, { kind: 'text', text: 'c' }], native).thinking).toBe('a \nb')
  })

  it('TH-10: may be all there is', () => {
    expect(tell([{ kind: 'thinking', text: 'Hm.' }], native)).toMatchObject({
      thinking: 'Hm.',
      text: '',
      finish: 'stop',
      faults: [],
    })
  })

  it('leave tags in the text of the answer alone', () => {
    expect(tell([{ kind: 'text', text: '<thinking>\nx' }], native).text).toBe('<thinking>\nx')
  })
})

describe('Text without a call', () => {
  it('P-124: goes through with its chunk, all but what might begin a block', () => {
    const filter = filterOf()
    const out = (text: string) =>
      filter
        .push({ type: 'text-delta', key: 0, text })
        .flatMap((part) => (part.type === 'text-delta' ? [part.text] : []))
    expect([
      out('if a < b'),
      out(' <'),
      out(' c\n'),
      out('<to'),
      out('ol_c'),
      out('at> is'),
      out(' a cat\n```\n'),
      out('<tool_calls>'),
    ]).toEqual([
      ['if a < b'],
      [' '],
      ['< c\n'],
      [],
      [],
      ['<tool_cat> is'],
      [' a cat\n```\n'],
      ['<tool_calls>'],
    ])
  })

  it('is the answer even if it is nothing but white space', () => {
    expect(tell([{ kind: 'text', text: ' \n' }])).toMatchObject({ text: ' \n', faults: [] })
  })
})

describe('The end of an answer', () => {
  it('says how many tokens it roughly took where the upstream does not, and marks the guess', () => {
    const told = tell([{ kind: 'text', text: 'x'.repeat(400) }])
    expect(told.usage).toEqual({ inputTokens: expect.any(Number), outputTokens: 100, estimated: true })
    expect(told.usage?.inputTokens).toBeGreaterThan(300)
  })

  it('leaves the upstream’s own count alone', () => {
    const filter = filterOf()
    const usage: StreamPart = { type: 'usage', usage: { inputTokens: 3, outputTokens: 4 } }
    expect([...filter.push(usage), ...filter.push({ type: 'finish', reason: 'stop' })]).toEqual([
      usage,
      { type: 'finish', reason: 'stop' },
    ])
  })

  it('comes early where a model goes on and on behind its calls', () => {
    const filter = filterOf()
    const parts = [BREST, '\nResult: high.', 'x'.repeat(3000), 'y'].flatMap((text) =>
      filter.push({ type: 'text-delta', key: 0, text }),
    )
    expect(parts.map(({ type }) => type)).toEqual([
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'usage',
      'finish',
    ])
  })

  it('T-64: is `length` where a call was cut, and `tool-calls` where only what follows the call was', () => {
    expect(tell([{ kind: 'text', text: BREST.slice(0, 80) }], { finish: 'length' })).toMatchObject({
      text: '',
      calls: [],
      finish: 'length',
    })
    expect(tell([{ kind: 'text', text: `${BREST}\nand` }], { finish: 'length' })).toMatchObject({
      calls: [brest],
      finish: 'tool-calls',
    })
  })

  it('is the upstream’s error, and what was held stays unsaid', () => {
    const filter = filterOf()
    const error: StreamPart = { type: 'error', error: new ChatError('overloaded', 'Overloaded') }
    filter.push({ type: 'text-delta', key: 0, text: 'a\n<tool' })
    expect(filter.push(error)).toEqual([error])
    expect(filter.push(error)).toEqual([])
  })

  it('T-134: is a stop where a call was required and none came', () => {
    const request = askWith(CASE_TOOLS, { toolChoice: { type: 'required' } })
    expect(tell([{ kind: 'text', text: 'No.' }], { request })).toMatchObject({
      text: 'No.',
      calls: [],
      finish: 'stop',
    })
  })
})
