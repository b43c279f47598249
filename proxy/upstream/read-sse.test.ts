import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSseReader, readFrames } from './read-sse.ts'

const encoder = new TextEncoder()

function read(text: string | Uint8Array, maxEventBytes = 1_000_000) {
  const reader = createSseReader({ maxEventBytes })
  return [...reader.push(typeof text === 'string' ? encoder.encode(text) : text), ...reader.end()]
}

describe('reading server-sent events', () => {
  it('gives each event with its name and its data', () => {
    expect(read('event: a\ndata: 1\n\ndata:2\n\n')).toEqual([{ event: 'a', data: '1' }, { data: '2' }])
  })

  it.each(['\n', '\r\n', '\r'])('takes %j as the end of a line (REL-33)', (end) => {
    expect(read(['data: a', 'data: b', '', 'data: c', '', ''].join(end))).toEqual([
      { data: 'a\nb' },
      { data: 'c' },
    ])
  })

  it('takes a mix of line ends, and a name behind its data', () => {
    expect(read('data: a\r\nevent: x\r\rdata: b\n\r\n')).toEqual([{ event: 'x', data: 'a' }, { data: 'b' }])
  })

  it('passes over a byte order mark, comments, ids and retry times (P-81)', () => {
    expect(read('\uFEFF: hello\nid: 7\nretry: 10\ndata: a\n\n: keep-alive\n\n')).toEqual([{ data: 'a' }])
  })

  it('passes over a bare colon and empty data (P-82)', () => {
    expect(read(':\n\ndata:\n\ndata\n\nevent: ping\ndata: \n\ndata: a\n\n')).toEqual([{ data: 'a' }])
  })

  it('keeps a character whole that is cut between two chunks (P-80)', () => {
    const bytes = encoder.encode('data: 世🌍\n\n')
    for (let cut = 1; cut < bytes.length; cut++) {
      const reader = createSseReader({ maxEventBytes: 100 })
      const events = [
        ...reader.push(bytes.subarray(0, cut)),
        ...reader.push(bytes.subarray(cut)),
        ...reader.end(),
      ]
      expect(events, `cut at ${cut}`).toEqual([{ data: '世🌍' }])
    }
  })

  it('reads invalid UTF-8 as replacement characters and goes on (REL-33)', () => {
    expect(read(Uint8Array.from([...encoder.encode('data: a'), 0xff, ...encoder.encode('b\n\n')]))).toEqual([
      { data: 'a\uFFFDb' },
    ])
  })

  it('gives the last event though its blank line is missing', () => {
    expect(read('data: {"a":1}\n')).toEqual([{ data: '{"a":1}' }])
    expect(read('data: {"a":1}\r')).toEqual([{ data: '{"a":1}' }])
  })

  it('gives a last line without its line end only where it is whole (P-86)', () => {
    expect(read('data: {"a":1}')).toEqual([{ data: '{"a":1}' }])
    expect(read('data: [DONE]')).toEqual([{ data: '[DONE]' }])
    expect(read('data: {"a":{"b":1}')).toEqual([])
    expect(read('data: [DON')).toEqual([])
  })

  it('refuses an event over the limit, in one piece or in many (REL-33)', () => {
    const tooLarge = expect.objectContaining({ kind: 'upstream-changed', code: 'event_too_large' })
    expect(() => read(`data: ${'x'.repeat(200)}\n\n`, 100)).toThrow(tooLarge)
    const reader = createSseReader({ maxEventBytes: 100 })
    expect(() => {
      for (let piece = 0; piece < 20; piece++)
        reader.push(encoder.encode(piece === 0 ? 'data: xxxxx' : 'xxxxxxxxxx'))
    }).toThrow(tooLarge)
  })

  it('gives the same events however any text is cut (REL-33)', () => {
    const line = fc.constantFrom(
      'data: a',
      'data:é世',
      'event: x',
      ': c',
      'id: 1',
      '',
      'data',
      'junk',
      '\uFEFFdata: b',
    )
    const end = fc.constantFrom('\n', '\r\n', '\r')
    const text = fc.array(fc.tuple(line, end), { maxLength: 20 }).map((lines) => lines.flat().join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 6 }), (stream, cuts) => {
        const bytes = encoder.encode(stream)
        const places = [
          0,
          ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b),
          bytes.length,
        ]
        const reader = createSseReader({ maxEventBytes: 1000 })
        const events = places
          .slice(1)
          .flatMap((place, index) => reader.push(bytes.subarray(places[index], place)))
        expect([...events, ...reader.end()]).toEqual(read(stream, 1000))
      }),
    )
  })

  it('reads whole frames as a reader does, one after the other', () => {
    const frame = fc.constantFrom(
      'data: a\n\n',
      'event: x\ndata: b\n\n',
      ': c\n\n',
      'id: 1\n\n',
      'data: é世\r\n\r\n',
      'data: d\r\r',
      'junk\n\n',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
        const events = frames.flatMap((text) => readFrames(encoder.encode(text), 1000))
        expect(events).toEqual(read(frames.join('')))
      }),
    )
  })

  it('refuses a frame over the limit, and reads the next one', () => {
    const tooLarge = expect.objectContaining({ kind: 'upstream-changed', code: 'event_too_large' })
    expect(() => readFrames(encoder.encode(`data: ${'x'.repeat(200)}\n\n`), 100)).toThrow(tooLarge)
    expect(readFrames(encoder.encode('data: a\n\n'), 100)).toEqual([{ data: 'a' }])
  })
})
