import { describe, expect, it } from 'vitest'
import { createRouteMatcher, matchRoute } from './match-route.ts'

const CHAT = '/one/v1/chat/completions'

describe('The memory of routes', () => {
  it('finds what a fresh look finds, the first time and again', () => {
    const providers = new Set(['one'])
    const match = createRouteMatcher(() => providers)
    const targets = [
      CHAT,
      '/v1/messages',
      '/v1beta/models/a:generateContent?key=x',
      '/nowhere',
      '/v1//models',
    ]
    for (const target of [...targets, ...targets])
      expect(match(target)).toEqual(matchRoute(target, providers))
  })

  it('is given up when the providers change, for their ids stand in paths', () => {
    let providers = new Set(['one'])
    const match = createRouteMatcher(() => providers)
    expect(match(CHAT)?.provider).toBe('one')
    providers = new Set(['two'])
    expect(match(CHAT)).toBeUndefined()
    expect(match('/two/v1/chat/completions')?.provider).toBe('two')
  })

  it('stays bounded, and right, however many targets are asked for', () => {
    const providers = new Set(['one'])
    const match = createRouteMatcher(() => providers)
    for (let count = 0; count < 1000; count++) {
      const target = `/one/v1/models/model-${count}`
      expect(match(target)?.parameter).toBe(`model-${count}`)
    }
    expect(match(CHAT)?.route.id).toBe('chat-completions')
  })
})
