import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChatError } from '../../proxy/chat/chat-error.ts'
import type { SseEvent } from '../../proxy/chat/sse-event.ts'
import { isTerminal, type StreamPart } from '../../proxy/chat/stream-part.ts'
import { anthropicMessages } from '../../proxy/protocols/anthropic-messages/index.ts'
import { gemini } from '../../proxy/protocols/gemini/index.ts'
import { openaiChat } from '../../proxy/protocols/openai-chat/index.ts'
import { openaiResponses } from '../../proxy/protocols/openai-responses/index.ts'
import { anthropicCodec } from '../../proxy/providers/anthropic/index.ts'
import { geminiCodec } from '../../proxy/providers/gemini/index.ts'
import { openaiChatCodec } from '../../proxy/providers/openai-chat/index.ts'
import { openaiResponsesCodec } from '../../proxy/providers/openai-responses/index.ts'
import type { WireCodec } from '../../proxy/providers/wire-codec.ts'
import { createSseReader } from '../../proxy/upstream/read-sse.ts'
import { brokenEnd, readPieces, tellPart } from '../support/every-split.ts'
import { mutate, mutation } from './mutate.ts'
import { anyJson } from './values.ts'

const RUNS = Number(process.env.PORTSIDE_FUZZ_READER_RUNS ?? 2_000)
const SEED = Number(process.env.PORTSIDE_FUZZ_SEED ?? Date.now() % 2 ** 31)
const OPTIONS = { numRuns: RUNS, seed: SEED }

const CODECS = [
  { name: 'openai-chat', codec: openaiChatCodec },
  { name: 'anthropic', codec: anthropicCodec },
  { name: 'openai-responses', codec: openaiResponsesCodec },
  { name: 'gemini', codec: geminiCodec },
]
const PROTOCOLS = [openaiChat, anthropicMessages, openaiResponses, gemini]

/** The codec's own recordings: the noise below is made of what upstreams really send. */
function recordedBytes(name: string): Uint8Array[] {
  const folder = new URL(`../../proxy/providers/${name}/fixtures/`, import.meta.url)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sse'))
    .map((file) => readFileSync(new URL(file, folder)))
}

function eventsOf(bytes: Uint8Array): readonly SseEvent[] {
  const sse = createSseReader({ maxEventBytes: 1_048_576 })
  return [...sse.push(bytes), ...sse.end()]
}

/** All parts of a stream of events; anything but a `ChatError` is thrown on. */
function partsOf(codec: WireCodec, events: readonly SseEvent[]): StreamPart[] {
  const reader = codec.createStreamReader()
  const parts: StreamPart[] = []
  try {
    for (const event of events) parts.push(...reader.push(event))
    parts.push(...reader.end())
  } catch (thrown) {
    if (!(thrown instanceof ChatError)) throw thrown
    if (!parts.some(isTerminal)) parts.push({ type: 'error', error: thrown })
  }
  return parts
}

/** What is wrong with how a stream ended, or what no protocol could tell a client of it. */
function problemOf(codec: WireCodec, events: readonly SseEvent[]): string | undefined {
  const parts = partsOf(codec, events)
  for (const protocol of PROTOCOLS) {
    const encoder = protocol.createStreamEncoder({
      requestId: 'req_1',
      model: 'sim-model',
      createdAt: 1,
      request: { model: 'sim-model', turns: [], tools: [], stream: true, includeUsage: true },
    })
    for (const part of parts)
      for (const { data } of encoder.push(part)) if (data !== '[DONE]') JSON.parse(data)
  }
  return brokenEnd(parts.map(tellPart))
}

type Change = {
  readonly at: number
  readonly how: 'drop' | 'twice' | 'swap' | 'fault'
  readonly fault: Parameters<typeof mutate>[1]
}
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom('drop', 'twice', 'swap', 'fault', 'fault', 'fault'),
  fault: mutation,
})

function changed(events: readonly SseEvent[], { at, how, fault }: Change): SseEvent[] {
  const index = at % events.length
  const event = events[index]!
  const before = events.slice(0, index)
  const after = events.slice(index + 1)
  switch (how) {
    case 'drop':
      return [...before, ...after]
    case 'twice':
      return [...before, event, event, ...after]
    case 'swap':
      return [...before, ...after.slice(0, 1), event, ...after.slice(1)]
    case 'fault':
      return [...before, { ...event, data: faulty(event.data, fault) }, ...after]
  }
}

function faulty(data: string, fault: Change['fault']): string {
  try {
    return mutate(JSON.parse(data), fault).toString('utf8')
  } catch {
    // `[DONE]`, or a recording of an upstream that sent no JSON.
    return data.slice(1)
  }
}

describe.each(CODECS)(`Whatever comes from an upstream of $name (seed ${SEED})`, ({ name, codec }) => {
  const recordings = recordedBytes(name)

  it('random bytes end with one error', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 })
    const property = fc.property(
      pieces,
      (bytes) => brokenEnd(readPieces(bytes, codec.createStreamReader)) === undefined,
    )
    fc.assert(property, OPTIONS)
  })

  it('random events end once', () => {
    const names = [...new Set(recordings.flatMap((bytes) => eventsOf(bytes).map(({ event }) => event)))]
    const event = fc.record({
      event: fc.constantFrom(...names),
      data: fc.oneof(
        fc.string(),
        anyJson.map((value) => JSON.stringify(value)),
      ),
    })
    const events = fc.array(event as fc.Arbitrary<SseEvent>, { maxLength: 6 })
    const property = fc.property(events, (each) => {
      expect(problemOf(codec, each)).toBeUndefined()
    })
    fc.assert(property, OPTIONS)
  })

  it('recorded streams with faults in them end once, and every protocol can tell them', () => {
    const streams = recordings.map(eventsOf).filter((events) => events.length > 0)
    const property = fc.property(
      fc.constantFrom(...streams),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (events, changes) => {
        const broken = changes.reduce<readonly SseEvent[]>(
          (now, next) => (now.length === 0 ? now : changed(now, next)),
          events,
        )
        expect(problemOf(codec, broken)).toBeUndefined()
      },
    )
    fc.assert(property, OPTIONS)
  })

  it('the places where a stream is cut make no difference', () => {
    const cuts = fc.array(fc.nat(100_000), { maxLength: 12 })
    const property = fc.property(fc.constantFrom(...recordings), cuts, (bytes, places) => {
      const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
      const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
      expect(readPieces(pieces, codec.createStreamReader)).toEqual(
        readPieces([bytes], codec.createStreamReader),
      )
    })
    fc.assert(property, { ...OPTIONS, numRuns: Math.ceil(RUNS / 10) })
  })

  it('whole answers of any shape are read, or refused as changed', () => {
    const bodies = recordings.flatMap(eventsOf).flatMap(({ data }) => (data.startsWith('{') ? [data] : []))
    const answer = readFileSync(
      new URL(`../../proxy/providers/${name}/fixtures/answer.json`, import.meta.url),
      'utf8',
    )
    const noise = fc.oneof(
      anyJson.map((value) => JSON.stringify(value)),
      fc.constantFrom(answer, answer, ...bodies),
    )
    const property = fc.property(noise, mutation, (text, fault) => {
      try {
        codec.readAnswer(JSON.parse(faulty(text, fault)))
      } catch (thrown) {
        if (!(thrown instanceof ChatError || thrown instanceof SyntaxError)) throw thrown
      }
    })
    fc.assert(property, OPTIONS)
  })

  it('every failure becomes an error of a known kind, though it says words that every object has', () => {
    const word = fc.oneof(anyJson, fc.constantFrom('__proto__', 'constructor', 'toString', 'api_error'))
    const error = fc.oneof(anyJson, fc.record({ type: word, code: word, status: word, message: word }))
    const response = fc.record({
      status: fc.integer({ min: 300, max: 599 }),
      headers: fc.dictionary(fc.constantFrom('retry-after', 'retry-after-ms', 'content-type'), fc.string()),
      text: fc.oneof(
        fc.string(),
        error.map((each) => JSON.stringify({ error: each })),
      ),
    })
    const property = fc.property(response, (each) => {
      expect(codec.readError(each).traits).toBeDefined()
    })
    fc.assert(property, OPTIONS)
  })
})
