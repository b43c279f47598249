import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamPart } from '../chat/stream-part.ts'
import { createStreamReader as createAnthropicReader } from '../providers/anthropic/read-stream.ts'
import { createStreamReader as createChatReader } from '../providers/openai-chat/read-stream.ts'
import type { StreamReader } from '../providers/wire-codec.ts'
import { createSseReader } from '../upstream/read-sse.ts'
import { EventSkimmer } from './skim-events.ts'

const LIMIT = 1_000_000

/** A text as a chat completion frame, escaped as some upstreams do: slashes, and everything beyond ASCII. */
function chatFrame(delta: object, more: object = {}, isAscii = false): string {
  const choice = { index: 0, delta, finish_reason: null, ...more }
  const text = JSON.stringify({ id: 'c', model: 'm', choices: [choice] })
  const written = isAscii
    ? text.replaceAll(
        /[\u0080-\uffff]/g,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : text
  return `data: ${written}\n\n`
}

function anthropicFrame(event: { readonly type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** What the reader says when it is given every event: what the skimmer has to say too. */
function readFully(stream: string, reader: StreamReader): StreamPart[] {
  const sse = createSseReader({ maxEventBytes: LIMIT })
  const events = [...sse.push(Buffer.from(stream)), ...sse.end()]
  return [...events.flatMap((event) => reader.push(event)), ...reader.end()]
}

function skim(stream: Uint8Array, reader: StreamReader, sizes: readonly number[] = [stream.length]) {
  let asked = 0
  const counting: StreamReader = {
    ...(reader.repeatsFrames === undefined ? {} : { repeatsFrames: reader.repeatsFrames }),
    push(event) {
      asked++
      return reader.push(event)
    },
    end: () => reader.end(),
  }
  const skimmer = new EventSkimmer({ reader: counting, maxEventBytes: LIMIT, wantsText: true })
  const pieces = []
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(skimmer.push(stream.subarray(at, at + size)))
    at += size
  }
  pieces.push(skimmer.end())
  return {
    parts: pieces.flatMap(({ parts }) => parts),
    bytes: Buffer.concat(pieces.map(({ frames }) => frames)).toString(),
    asked,
  }
}

const END = `${chatFrame({}, { finish_reason: 'stop' })}data: [DONE]\n\n`

describe('Skimming an event stream', () => {
  it('asks the reader for few events, and says what the reader would have said', () => {
    const texts = Array.from({ length: 200 }, (_, index) => `word${index} `)
    const stream = texts.map((content) => chatFrame({ content })).join('') + END
    const { parts, bytes, asked } = skim(Buffer.from(stream), createChatReader())
    expect(parts).toEqual(readFully(stream, createChatReader()))
    expect(bytes).toBe(stream)
    expect(asked).toBeLessThan(6)
  })

  it('does so for any texts, escapes and thoughts, however the bytes are cut', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        '"',
        '\\',
        '\\"',
        '\n',
        'é',
        '潮',
        '🌊',
        'data: x\n\n',
        '"},"finish_reason":"stop"',
        '',
      ),
    )
    const frame = fc.record({
      text,
      field: fc.constantFrom('content', 'reasoning_content'),
      isAscii: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 }),
        (frames, sizes) => {
          const stream =
            frames.map(({ text, field, isAscii }) => chatFrame({ [field]: text }, {}, isAscii)).join('') + END
          const { parts, bytes } = skim(Buffer.from(stream), createChatReader(), sizes)
          expect(parts).toEqual(readFully(stream, createChatReader()))
          expect(bytes).toBe(stream)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('follows Anthropic’s blocks: a delta of another index or kind is read in full', () => {
    const delta = (index: number, type: string, field: string, text: string) =>
      anthropicFrame({ type: 'content_block_delta', index, delta: { type, [field]: text } } as never)
    const start = (index: number, block: object) =>
      anthropicFrame({ type: 'content_block_start', index, content_block: block } as never)
    const stream = [
      anthropicFrame({ type: 'message_start', message: { id: 'm', usage: { input_tokens: 1 } } } as never),
      start(0, { type: 'thinking', thinking: '' }),
      ...['a', 'b', 'c', 'd'].map((text) => delta(0, 'thinking_delta', 'thinking', text)),
      delta(0, 'signature_delta', 'signature', 'c2ln'),
      start(1, { type: 'text', text: '' }),
      ...['e', 'f', 'g'].map((text) => delta(1, 'text_delta', 'text', text)),
      ': ping\n\n',
      ...['h', 'i'].map((text) => delta(1, 'text_delta', 'text', text)),
      start(2, { type: 'tool_use', id: 't', name: 'tide', input: {} }),
      ...['{"a"', ':', '1}'].map((text) => delta(2, 'input_json_delta', 'partial_json', text)),
      anthropicFrame({ type: 'message_delta', delta: { stop_reason: 'tool_use' } } as never),
      anthropicFrame({ type: 'message_stop' }),
    ].join('')
    for (const size of [1, 7, 64, 333, stream.length]) {
      const { parts, bytes } = skim(Buffer.from(stream), createAnthropicReader(), [size])
      expect(parts).toEqual(readFully(stream, createAnthropicReader()))
      expect(bytes).toBe(stream)
    }
  })

  it('reads frames in full again once anything but their text differs', () => {
    const stream =
      ['a', 'b', 'c'].map((content) => chatFrame({ content })).join('') +
      chatFrame({
        content: 'd',
        tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '{}' } }],
      }) +
      chatFrame({ content: 'e' }, { finish_reason: 'length' }) +
      'data: [DONE]\n\n'
    const { parts } = skim(Buffer.from(stream), createChatReader())
    expect(parts).toEqual(readFully(stream, createChatReader()))
  })

  it('stops at a frame that says an error: what came before goes on, what follows is not read', () => {
    const good = ['a', 'b', 'c'].map((content) => chatFrame({ content })).join('')
    const bad = 'data: {"error":{"message":"out of memory"}}\n\n'
    const skimmer = new EventSkimmer({ reader: createChatReader(), maxEventBytes: LIMIT, wantsText: false })
    const { parts, frames, failed, hasOutput } = skimmer.push(Buffer.from(good + bad + good))
    expect(Buffer.from(frames).toString()).toBe(good)
    expect(Buffer.from(failed).toString()).toBe(bad)
    expect(hasOutput).toBe(true)
    expect(parts.at(-1)?.type).toBe('error')
  })

  it('leaves text untold where the bytes go on by themselves, but not thoughts, which are remembered', () => {
    const stream =
      ['a', 'b', 'c', 'd'].map((text) => chatFrame({ reasoning_content: text })).join('') +
      ['e', 'f', 'g', 'h', 'i', 'j'].map((content) => chatFrame({ content })).join('')
    const skimmer = new EventSkimmer({ reader: createChatReader(), maxEventBytes: LIMIT, wantsText: false })
    const { parts, hasOutput } = skimmer.push(Buffer.from(stream))
    const told = (type: StreamPart['type']) => parts.filter((part) => part.type === type).length
    expect({ thoughts: told('thinking-delta'), texts: told('text-delta') }).toEqual({ thoughts: 4, texts: 3 })
    expect(hasOutput).toBe(true)
  })
})
