import { describe, expect, it } from 'vitest'
import type { ChatRequest, Part, ToolCallPart, Turn } from '../chat/chat-request.ts'
import type { StreamPart } from '../chat/stream-part.ts'
import { createReasoningCache, rememberReasoning, withRememberedReasoning } from './reasoning-cache.ts'

const signature = { origin: 'gemini', data: 'c2ln' } as const
const ANSWER: readonly StreamPart[] = [
  { type: 'answer-start' },
  { type: 'thinking-start', key: 0 },
  { type: 'thinking-delta', key: 0, text: 'Hm, ' },
  { type: 'thinking-delta', key: 0, text: 'so.' },
  { type: 'thinking-end', key: 0 },
  { type: 'tool-call-start', key: 1, id: 'c1', name: 'read', kind: 'function' },
  { type: 'tool-call-delta', key: 1, text: '{"path": "a"}' },
  { type: 'tool-call-end', key: 1, signature },
  { type: 'tool-call-start', key: 2, id: 'c2', name: 'now', kind: 'function' },
  { type: 'tool-call-end', key: 2 },
  { type: 'finish', reason: 'tool-calls' },
]
const call = (id: string, name: string, argumentsText: string): ToolCallPart => ({
  type: 'tool-call',
  id,
  name,
  argumentsText,
  kind: 'function',
})
const READ = call('c1', 'read', '{"path":"a"}')
const NOW = call('c2', 'now', '{}')
const THOUGHT: Part = { type: 'thinking', text: 'Hm, so.' }
const result = (callId: string): Turn => ({
  role: 'user',
  parts: [{ type: 'tool-result', callId, parts: [], isError: false, kind: 'function' }],
})

function asked(...turns: readonly Turn[]): ChatRequest {
  return { model: 'm', turns, tools: [], stream: false, includeUsage: false }
}

function remembering(owner = 'me', maxBytes = 100_000) {
  const cache = createReasoningCache({ maxBytes })
  const remember = rememberReasoning({ cache, owner })
  for (const part of ANSWER) remember.push(part)
  return { cache, owner: 'me' }
}

describe('remembering reasoning for clients that do not give it back', () => {
  it('puts thoughts before the calls they led to, and signatures on the calls (P-59, P-60)', () => {
    const request = asked({ role: 'assistant', parts: [READ, NOW] }, result('c1'), result('c2'))
    expect(withRememberedReasoning(request, remembering()).turns[0]).toEqual({
      role: 'assistant',
      parts: [THOUGHT, { ...READ, signature }, NOW],
    })
  })

  it('does so once for calls that stand in turns of their own', () => {
    const request = asked(
      { role: 'assistant', parts: [READ] },
      { role: 'assistant', parts: [NOW] },
      result('c1'),
    )
    const { turns } = withRememberedReasoning(request, remembering())
    expect(turns.flatMap(({ parts }) => parts).filter(({ type }) => type === 'thinking')).toEqual([THOUGHT])
  })

  it('leaves alone what the client gave back itself, and what nobody remembers', () => {
    const own: Part = { type: 'thinking', text: 'Mine.' }
    const given = asked({ role: 'assistant', parts: [own, { ...READ, signature }] })
    expect(withRememberedReasoning(given, remembering())).toBe(given)
    const unknown = asked(
      { role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', parts: [call('c9', 'read', '{}')] },
    )
    expect(withRememberedReasoning(unknown, remembering())).toBe(unknown)
  })

  it('tells calls with the same id apart by their arguments, and owners from each other', () => {
    const other = asked({ role: 'assistant', parts: [call('c1', 'read', '{"path":"b"}')] })
    expect(withRememberedReasoning(other, remembering())).toBe(other)
    const same = asked({ role: 'assistant', parts: [READ] })
    expect(withRememberedReasoning(same, remembering('somebody else'))).toBe(same)
  })

  it('keeps hidden thoughts too', () => {
    const cache = createReasoningCache({ maxBytes: 1000 })
    const carrier = { origin: 'anthropic-messages', data: 'aGlk' } as const
    const remember = rememberReasoning({ cache, owner: 'me' })
    for (const part of [
      { type: 'redacted-thinking', key: 0, carrier } as const,
      ...ANSWER.filter((each) => 'key' in each && each.key === 1),
    ])
      remember.push(part)
    expect(cache.find('me', READ)).toEqual({ thinking: [{ type: 'redacted-thinking', carrier }], signature })
  })

  it('forgets the least used first, and stays below its bytes', () => {
    const cache = createReasoningCache({ maxBytes: 1000 })
    for (let index = 0; index < 10; index++) {
      cache.keep('me', call(`c${index}`, 'read', ''), {
        thinking: [{ type: 'thinking', text: 'x'.repeat(40) }],
      })
      cache.find('me', call('c0', 'read', '{}'))
      expect(cache.bytes).toBeLessThanOrEqual(1000)
    }
    const known = [0, 1, 9].map((index) => cache.find('me', call(`c${index}`, 'read', '')) !== undefined)
    expect(known).toEqual([true, false, true])
    cache.keep('me', NOW, { thinking: [{ type: 'thinking', text: 'x'.repeat(4000) }] })
    expect(cache.find('me', NOW)).toBeUndefined()
  })
})
