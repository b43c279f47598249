import { describe, expect, it } from 'vitest'
import type { PoolAccount } from '../pool/account-pool.ts'
import { openaiChatCodec } from '../providers/openai-chat/index.ts'
import type { WireProvider } from '../providers/provider.ts'
import { upstreamHeaders } from './upstream-headers.ts'

const account = (credential: string): PoolAccount => ({
  id: 'a',
  provider: 'p',
  name: 'a',
  credential,
  enabled: true,
  priority: 0,
  weight: 1,
})

function provider(headers: Record<string, string> = {}): WireProvider {
  return {
    kind: 'wire',
    info: {
      id: 'p',
      type: 'openai-chat',
      displayName: 'p',
      baseUrl: null,
      preset: null,
      toolMode: 'native',
      needsAccount: true,
    },
    codec: openaiChatCodec,
    baseUrl: new URL('https://upstream.test/v1'),
    headers,
    fetch: () => Promise.reject(new Error('not asked')),
    models: [],
    capabilitiesOf: () => {
      throw new Error('not asked')
    },
  }
}

describe('The headers of a request to an upstream', () => {
  it('say who asks, what the client and the settings add, and last what Portside says itself', () => {
    const passed = { 'openai-beta': 'x', 'x-team': 'client', accept: '*/*' }
    expect(
      upstreamHeaders(provider({ 'x-team': 'settings', 'user-agent': 'other' }), {
        account: account('sk-1'),
        passed,
        isStreamed: true,
      }),
    ).toEqual({
      authorization: 'Bearer sk-1',
      'openai-beta': 'x',
      'x-team': 'settings',
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': 'portside',
    })
  })

  it('name no key where there is none', () => {
    const headers = upstreamHeaders(provider(), { account: account(''), passed: {}, isStreamed: false })
    expect(headers).not.toHaveProperty('authorization')
    expect(headers.accept).toBe('application/json')
  })

  it('are the same object again for the same account and provider, streamed and whole apart', () => {
    const [one, other, upstream] = [account('sk-1'), account('sk-2'), provider()]
    const ask = (who: PoolAccount, isStreamed: boolean) =>
      upstreamHeaders(upstream, { account: who, passed: {}, isStreamed })
    const first = ask(one, false)
    expect([ask(one, false) === first, Object.isFrozen(first)]).toEqual([true, true])
    expect(ask(one, true).accept).toBe('text/event-stream')
    expect(ask(other, false).authorization).toBe('Bearer sk-2')
    expect(ask(one, false)).toBe(first)
  })

  it('are new where the credential or the provider is another, or the client adds to them', () => {
    const renewed = { ...account('sk-1') }
    const ask = (from: WireProvider, passed = {}) =>
      upstreamHeaders(from, { account: renewed, passed, isStreamed: false })
    expect(ask(provider()).authorization).toBe('Bearer sk-1')
    Object.assign(renewed, { credential: 'sk-2' })
    expect(ask(provider()).authorization).toBe('Bearer sk-2')
    expect(ask(provider({ 'x-team': '1' }))['x-team']).toBe('1')
    expect(ask(provider(), { 'openai-beta': 'x' })['openai-beta']).toBe('x')
    expect(ask(provider())).not.toHaveProperty('openai-beta')
  })
})
