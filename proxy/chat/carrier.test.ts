import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasForeignCarrier, unwrapCarrier, wrapCarrier } from './carrier.ts'
import type { ChatRequest, Part } from './chat-request.ts'
import type { ProtocolId } from './protocol-id.ts'

const protocols = fc.constantFrom<ProtocolId>(
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
)

describe('carrying opaque data through a client of another protocol', () => {
  it('brings any data back to its origin, byte for byte (P-55, P-59)', () => {
    fc.assert(
      fc.property(protocols, protocols, fc.base64String(), fc.boolean(), (origin, home, data, isHidden) => {
        const carrier = { origin, data }
        const carried = unwrapCarrier(wrapCarrier(carrier, home, isHidden), home)
        expect(carried).toEqual({ carrier, isHidden: isHidden && origin !== home })
      }),
    )
  })

  it('leaves the data of its own protocol as it is', () => {
    expect(wrapCarrier({ origin: 'gemini', data: 'c2ln' }, 'gemini')).toBe('c2ln')
    expect(unwrapCarrier('c2ln', 'gemini')?.carrier).toEqual({ origin: 'gemini', data: 'c2ln' })
  })

  it('is base64 for Gemini, whose SDKs refuse anything else', () => {
    const text = wrapCarrier({ origin: 'anthropic-messages', data: 'EqQB/+==' }, 'gemini')
    expect(text).toMatch(/^[A-Za-z0-9+/]+=*$/)
    const urlSafe = text.replaceAll('+', '-').replaceAll('/', '_')
    expect(unwrapCarrier(urlSafe, 'gemini')?.carrier).toEqual({
      origin: 'anthropic-messages',
      data: 'EqQB/+==',
    })
  })

  it('gives nothing for a mark that nobody knows', () => {
    expect(unwrapCarrier('portside.of-later-days.x', 'anthropic-messages')).toBeUndefined()
  })

  it('says whether a request holds what its own protocol’s upstream never made (P-55)', () => {
    const holding = (part: Part): ChatRequest => ({
      model: 'm',
      turns: [{ role: 'assistant', parts: [{ type: 'text', text: 'x' }, part] }],
      tools: [],
      stream: false,
      includeUsage: false,
    })
    const signature = { origin: 'gemini', data: 'c2ln' } as const
    const parts: readonly Part[] = [
      { type: 'thinking', text: '', signature },
      { type: 'redacted-thinking', carrier: signature },
      { type: 'tool-call', id: 'c', name: 'a', argumentsText: '', kind: 'function', signature },
    ]
    for (const part of parts) {
      expect(hasForeignCarrier(holding(part), 'anthropic-messages')).toBe(true)
      expect(hasForeignCarrier(holding(part), 'gemini')).toBe(false)
    }
    expect(hasForeignCarrier(holding({ type: 'thinking', text: 'Hm.' }), 'gemini')).toBe(false)
  })
})
