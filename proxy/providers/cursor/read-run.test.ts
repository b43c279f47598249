import { describe, expect, it } from 'vitest'
import { ANSWER, SCENARIOS, type Step, THOUGHT, USAGE } from '../../../test/simulators/cursor/scenarios.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { readModelList } from './cli-runner.ts'
import type { RunEvent } from './cursor-runner.ts'
import { createNewText } from './new-text.ts'
import { readFailure, readThrown } from './read-failure.ts'
import { createNdjsonReader } from './read-ndjson.ts'
import { createRunReader } from './read-run.ts'
import { readModels } from './sdk-runner.ts'

/** What the command line writes for a scenario. */
function written(steps: readonly Step[]): Uint8Array {
  const lines = steps.map((step) => {
    if (step.do === 'raw') return step.text
    if (step.do === 'event') return `${JSON.stringify(step.event)}\n`
    if (step.do !== 'finish') return ''
    const { result, usage } = step
    return `${JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result, usage })}\n`
  })
  return Buffer.from(lines.join(''))
}

type Told = Exclude<RunEvent, { type: 'failed' }> | { readonly type: 'failed'; readonly kind: string }

function readPieces(pieces: readonly Uint8Array[]): readonly Told[] {
  const lines = createNdjsonReader({ maxLineBytes: 1_048_576 })
  const reader = createRunReader()
  const told: Told[] = []
  const take = (event: RunEvent) =>
    told.push(event.type === 'failed' ? { type: 'failed', kind: event.error.kind } : event)
  try {
    for (const piece of pieces) for (const value of lines.push(piece)) reader.read(value).forEach(take)
    for (const value of lines.end()) reader.read(value).forEach(take)
  } catch (thrown) {
    if (!(thrown instanceof ChatError)) throw thrown
    told.push({ type: 'failed', kind: thrown.kind })
  }
  return told
}

const textOf = (told: readonly Told[], type: 'text' | 'thinking') =>
  told.map((event) => (event.type === type ? event.text : '')).join('')

describe('the lines of a run', () => {
  it.each(Object.keys(SCENARIOS))('%s: are read alike wherever their bytes are cut', (name) => {
    const bytes = written(SCENARIOS[name] as readonly Step[])
    const whole = JSON.stringify(readPieces([bytes]))
    const wrong: number[] = []
    for (let cut = 1; cut < bytes.length; cut++)
      if (JSON.stringify(readPieces([bytes.subarray(0, cut), bytes.subarray(cut)])) !== whole) wrong.push(cut)
    expect(wrong).toEqual([])
    const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
    expect(JSON.stringify(readPieces(single))).toBe(whole)
  })

  it('say text, thoughts and usage, and end once', () => {
    const told = readPieces([written(SCENARIOS.thinking as readonly Step[])])
    expect([textOf(told, 'text'), textOf(told, 'thinking')]).toEqual([ANSWER, THOUGHT])
    expect(told.filter(({ type }) => type === 'usage')).toEqual([
      { type: 'usage', usage: { ...USAGE, totalTokens: undefined } },
    ])
    expect(told.at(-1)).toEqual({ type: 'finished' })
    expect(told.filter(({ type }) => type === 'finished' || type === 'failed')).toHaveLength(1)
  })

  it('may lack the last line’s end, and may not end in the middle of a line', () => {
    const bytes = written(SCENARIOS.plain as readonly Step[])
    expect(readPieces([bytes.subarray(0, -1)]).at(-1)).toEqual({ type: 'finished' })
    expect(readPieces([bytes.subarray(0, -2)]).some(({ type }) => type === 'finished')).toBe(false)
  })

  it('may be too long for an echo of the prompt, and for nothing else', () => {
    const read = (line: object) => {
      const lines = createNdjsonReader({ maxLineBytes: 200 })
      const bytes = Buffer.from(`${JSON.stringify(line)}\n{"type":"next"}\n`)
      return [...bytes].flatMap((byte) => [...lines.push(Uint8Array.of(byte))])
    }
    expect(read({ type: 'user', message: 'x'.repeat(1000) })).toEqual([{ type: 'next' }])
    expect(() => read({ type: 'assistant', message: 'x'.repeat(1000) })).toThrow(/more than 200 bytes/)
  })
})

describe('what is new in a text', () => {
  const feed = (...texts: string[]) => {
    const news = createNewText()
    return { said: texts.map(news.either).join(''), news }
  }
  it.each([
    ['pieces', ['The ', 'tide ', 'turns'], 'The tide turns'],
    ['pieces, then the whole', ['The ', 'tide', 'The tide'], 'The tide'],
    ['everything so far', ['The ', 'The tide', 'The tide turns'], 'The tide turns'],
    ['everything so far, said twice', ['The ', 'The ', 'The tide', 'The tide'], 'The tide'],
    ['everything so far, shrunk once', ['The ', 'The tide', 'The ', 'The tide turns'], 'The tide turns'],
    ['equal pieces', ['ha', 'ha', ' said he'], 'haha said he'],
    ['two messages', ['The ', 'The tide', 'Now '], 'The tideNow '],
  ])('%s', (_what, texts, expected) => {
    expect(feed(...texts).said).toBe(expected)
  })
  it('equal texts are pieces or not as the whole answer says', () => {
    const pieces = feed('ha', 'ha')
    expect(pieces.said + pieces.news.settle('haha')).toBe('haha')
    const snapshots = feed('ha', 'ha')
    expect(snapshots.said + snapshots.news.settle('ha')).toBe('ha')
  })
})

describe('what failures mean', () => {
  it.each([
    ['Error: The provided API key is invalid.', 'upstream-auth'],
    ['Authentication required. Run `cursor-agent login`', 'upstream-auth'],
    ["You've hit your usage limit", 'quota-exhausted'],
    ['429 Too Many Requests', 'rate-limited'],
    ['[resource_exhausted] Error', 'rate-limited'],
    ['agent_busy', 'overloaded'],
    ['Cannot use this model: x', 'model-not-found'],
    ['getaddrinfo ENOTFOUND api2.cursor.sh', 'upstream-unavailable'],
    ['what?', 'upstream-unavailable'],
  ])('%s', (message, kind) => {
    expect(readFailure({ message }).kind).toBe(kind)
  })
  it('a status or the name of an error outranks the words', () => {
    expect(readFailure({ message: 'rate limit of the key', status: 401 }).kind).toBe('upstream-auth')
    expect(readThrown(Object.assign(new Error('rate'), { name: 'AgentBusyError', status: 409 })).kind).toBe(
      'overloaded',
    )
    expect(readThrown(Object.assign(new Error('no'), { name: 'RateLimitError' })).kind).toBe('rate-limited')
    expect(readThrown('just words').message).toBe('Cursor failed: just words')
  })
  it('say how long to wait', () => {
    expect(readFailure({ message: 'Rate limit. Try again in 2 m' }).retryAfterMs).toBe(120_000)
    expect(readThrown(Object.assign(new Error('slow'), { status: 429, retryAfter: 7 })).retryAfterMs).toBe(
      7000,
    )
  })
})

describe('lists of models', () => {
  it('of the command line', () => {
    const text =
      'Available models\n\nauto - Auto (default)\ncomposer-2 - Composer 2 (current)\n\nTip: use --model <id> to switch.\n'
    expect(readModelList(text)).toEqual([
      { id: 'auto', upstream: 'auto', displayName: 'Auto' },
      { id: 'composer-2', upstream: 'composer-2', displayName: 'Composer 2' },
    ])
  })
  it.each([
    [['a', { id: 'b', displayName: 'B' }, { no: 'id' }]],
    [{ items: ['a', { id: 'b', displayName: 'B' }] }],
    [{ models: ['a', { id: 'b', displayName: 'B' }] }],
  ])('of the SDK and the public API: %j', (told) => {
    expect(readModels(told).map(({ id }) => id)).toEqual(['a', 'b'])
  })
  it('that are none give no model', () => {
    expect([readModelList('<html>'), readModels(null), readModels({ items: 7 })]).toEqual([[], [], []])
  })
})
