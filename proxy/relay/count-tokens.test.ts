import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ChatRequest, Part } from '../chat/chat-request.ts'
import { countTokens } from './count-tokens.ts'
import { imageSize } from './image-size.ts'

const request = (parts: readonly Part[], more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'm',
  turns: [{ role: 'user', parts }],
  tools: [],
  stream: false,
  includeUsage: false,
  ...more,
})
const text = (said: string): Part => ({ type: 'text', text: said })
const image = (data: string, mediaType = 'image/png'): Part => ({
  type: 'image',
  source: { kind: 'base64', mediaType, data },
})
/** A PNG of a size, with as many bytes behind its header as a picture might have. */
function png(width: number, height: number, bytes = 0): string {
  const head = Buffer.alloc(24 + bytes, 7)
  head.write('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'latin1')
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return head.toString('base64')
}

describe('counting the tokens of a request', () => {
  it('is a little high, and never far off (P-115)', async () => {
    const prose = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8')
    const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base')
    const exact = count(prose)
    const told = await countTokens(request([text(prose)]))
    expect(told / exact).toBeGreaterThan(1.05)
    expect(told / exact).toBeLessThan(1.15)
  })

  it('counts every part of a request, not its text alone (P-115)', async () => {
    const long = 'One of many words that make a text long. '.repeat(20)
    const bare = await countTokens(request([text('Hi')]))
    const call = { type: 'tool-call', id: 'c', name: 'read', argumentsText: long, kind: 'function' } as const
    const result = {
      type: 'tool-result',
      callId: 'c',
      parts: [{ type: 'text', text: long }],
      isError: false,
      kind: 'function',
    } as const
    const others: Partial<ChatRequest>[] = [
      { tools: [{ kind: 'function', name: 'a', description: long }] },
      { answerFormat: { type: 'json-schema', schema: { description: long } } },
      ...[
        call,
        result,
        { type: 'thinking', text: long } as const,
        { type: 'refusal', text: long } as const,
        { type: 'redacted-thinking', carrier: { origin: 'gemini', data: long } } as const,
        { type: 'file', source: { kind: 'text', mediaType: 'text/plain', text: long } } as const,
        { type: 'opaque', protocol: 'gemini', raw: { long } } as const,
        { type: 'audio', data: 'A'.repeat(100_000), format: 'mp3' } as const,
      ].map((part) => ({ turns: [{ role: 'user' as const, parts: [text('Hi'), part] }] })),
    ]
    for (const more of others)
      expect(await countTokens(request([text('Hi')], more))).toBeGreaterThan(bare + 100)
  })

  it('counts images by their pixels, never by the length of their base64 (P-37, P-116)', async () => {
    const small = await countTokens(request([image(png(300, 300))]))
    const heavy = await countTokens(request([image(png(300, 300, 2_000_000))]))
    expect(heavy).toBe(small)
    const big = await countTokens(request([image(png(4000, 3000, 1000))]))
    expect(big).toBeGreaterThan(small * 4)
    expect(big).toBeLessThan(2000)
    const unknown = await countTokens(request([image('AAAA')]))
    expect(unknown).toBeGreaterThan(1600)
    expect(unknown).toBeLessThan(1800)
    const nested: Part = {
      type: 'tool-result',
      callId: 'c',
      parts: [
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: png(9, 9, 900_000) } },
      ],
      isError: false,
      kind: 'function',
    }
    expect(await countTokens(request([nested]))).toBeLessThan(200)
  })

  it('stays quick on a prompt of a megabyte, also where nothing parts it', async () => {
    await countTokens(request([text('warm')]))
    for (const each of [
      'Many words, and a stop. '.repeat(45_000),
      'a'.repeat(1_000_000),
      '世界'.repeat(95_000),
    ]) {
      const start = performance.now()
      expect(await countTokens(request([text(each)]))).toBeGreaterThan(1000)
      expect(performance.now() - start).toBeLessThan(1500)
    }
  })

  it('estimates a very long text from samples, near to what counting gives', async () => {
    const paragraph = 'The pilot boards at the outer buoy; the tug waits. const berth = (id) => ships[id]\n'
    const whole = await countTokens(request([text(paragraph.repeat(2300))]))
    const sampled = await countTokens(request([text(paragraph.repeat(4600))]))
    expect(sampled / whole).toBeGreaterThan(1.9)
    expect(sampled / whole).toBeLessThan(2.1)
  })

  it('takes special words for text', async () => {
    expect(await countTokens(request([text('<|endoftext|><|im_start|>')]))).toBeGreaterThan(0)
  })
})

describe('reading the size of an image', () => {
  const base64 = (write: (bytes: Buffer) => void) => {
    const bytes = Buffer.alloc(64)
    write(bytes)
    return bytes.toString('base64')
  }
  it.each<[string, string]>([
    ['PNG', png(640, 480)],
    [
      'GIF',
      base64((bytes) => {
        bytes.write('GIF89a', 'latin1')
        bytes.writeUInt16LE(640, 6)
        bytes.writeUInt16LE(480, 8)
      }),
    ],
    [
      'JPEG',
      base64((bytes) => {
        bytes.write('\xff\xd8\xff\xe0\x00\x10JFIF', 'latin1')
        bytes.write('\xff\xc0\x00\x11\x08', 20, 'latin1')
        bytes.writeUInt16BE(480, 25)
        bytes.writeUInt16BE(640, 27)
      }),
    ],
    [
      'lossy WebP',
      base64((bytes) => {
        bytes.write('RIFF....WEBPVP8 ', 'latin1')
        bytes.writeUInt16LE(640, 26)
        bytes.writeUInt16LE(480, 28)
      }),
    ],
    [
      'lossless WebP',
      base64((bytes) => {
        bytes.write('RIFF....WEBPVP8L', 'latin1')
        bytes.writeUInt32LE(639 | (479 << 14), 21)
      }),
    ],
    [
      'extended WebP',
      base64((bytes) => {
        bytes.write('RIFF....WEBPVP8X', 'latin1')
        bytes.writeUIntLE(639, 24, 3)
        bytes.writeUIntLE(479, 27, 3)
      }),
    ],
  ])('knows a %s', (_, data) => {
    expect(imageSize(data)).toEqual({ width: 640, height: 480 })
  })

  it.each(['', 'AAAA', png(0, 5), base64((bytes) => bytes.write('RIFF....WEBPVP9 ', 'latin1')), '/9j/4AAQ'])(
    'knows none of %j',
    (data) => {
      expect(imageSize(data)).toBeUndefined()
    },
  )
})
