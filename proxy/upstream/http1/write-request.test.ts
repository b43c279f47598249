import { describe, expect, it } from 'vitest'
import { ChatError } from '../../chat/chat-error.ts'
import { type RequestToWrite, type WrittenHeads, writeRequest } from './write-request.ts'

const REQUEST: RequestToWrite = {
  method: 'POST',
  target: '/v1/chat?x=1',
  host: 'upstream.test:8080',
  headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
}

/** The bytes that go out. */
function written(changes: Partial<RequestToWrite>): string {
  const { text, body } = writeRequest({ ...REQUEST, ...changes })
  return Buffer.concat([Buffer.from(text, 'latin1'), body ?? Buffer.alloc(0)]).toString('latin1')
}

describe('A request', () => {
  it('is a head, with host and length, and a body', () => {
    expect(written({ body: '{"a":1}' })).toBe(
      [
        'POST /v1/chat?x=1 HTTP/1.1',
        'host: upstream.test:8080',
        'connection: keep-alive',
        'authorization: Bearer key',
        'content-type: application/json',
        'content-length: 7',
        '',
        '{"a":1}',
      ].join('\r\n'),
    )
  })

  it('is the same where its frozen headers were written before, for whatever place and body', () => {
    const heads: WrittenHeads = new WeakMap()
    const headers = Object.freeze({ ...REQUEST.headers })
    const changes = [
      {},
      { body: 'x' },
      { target: '/other' },
      { host: 'other.test' },
      { method: 'GET' },
      {},
    ] as const
    for (const change of changes) {
      const request = { ...REQUEST, headers, ...change }
      expect(writeRequest(request, heads)).toEqual(writeRequest({ ...request, headers: { ...headers } }))
    }
  })

  it('says what its headers are now where they could have changed', () => {
    const heads: WrittenHeads = new WeakMap()
    const headers: Record<string, string> = { 'x-team': 'one' }
    expect(writeRequest({ ...REQUEST, headers }, heads).text).toContain('x-team: one')
    headers['x-team'] = 'two'
    expect(writeRequest({ ...REQUEST, headers }, heads).text).toContain('x-team: two')
  })

  it('has a length even without a body, but where none belongs', () => {
    expect(written({ headers: {} })).toMatch(/\r\ncontent-length: 0\r\n\r\n$/)
    expect(written({ headers: {}, body: '' })).toMatch(/\r\ncontent-length: 0\r\n\r\n$/)
    expect(written({ headers: {}, body: new Uint8Array(0) })).toMatch(/\r\ncontent-length: 0\r\n\r\n$/)
    expect(written({ headers: {}, method: 'GET' })).toBe(
      'GET /v1/chat?x=1 HTTP/1.1\r\nhost: upstream.test:8080\r\nconnection: keep-alive\r\n\r\n',
    )
  })

  it('goes to the host that its headers name', () => {
    expect(written({ headers: { Host: 'other.test' } }).match(/host: .*/gi)).toEqual(['Host: other.test'])
  })

  it.each([
    ['ASCII', 'a'.repeat(100)],
    ['letters of two bytes, which are one byte in Latin-1', 'é'.repeat(100)],
    ['letters of three and four bytes', '水🌊'.repeat(100)],
    ['half a character', 'a\ud83c'],
    ['ASCII, and much of it', 'a'.repeat(50_000)],
    ['few letters, and many bytes', '水'.repeat(10_000)],
  ])('carries text in UTF-8: %s', (_what, body) => {
    const bytes = Buffer.from(body)
    expect(written({ headers: {}, body }).split('\r\n\r\n')).toEqual([
      expect.stringMatching(new RegExp(`content-length: ${bytes.length}$`)),
      bytes.toString('latin1'),
    ])
  })

  it('carries bytes as they are, also a part of others, in one piece only where they are few', () => {
    const all = Uint8Array.from({ length: 512 }, (_, index) => index)
    const part = all.subarray(200, 400)
    expect(written({ headers: {}, body: part }).endsWith(Buffer.from(part).toString('latin1'))).toBe(true)
    expect(writeRequest({ ...REQUEST, body: part }).body).toBeUndefined()
    const large = new Uint8Array(20_000)
    expect(writeRequest({ ...REQUEST, body: large }).body).toBe(large)
  })
})

describe('A header never gets out', () => {
  it.each([
    ['a line end in its value', { 'x-team': 'a\r\nx-admin: 1' }],
    ['a line feed in its value', { 'x-team': 'a\nx-admin: 1' }],
    ['a return in its value', { 'x-team': 'a\rx-admin: 1' }],
    ['a NUL in its value', { 'x-team': 'a\0b' }],
    ['a control character in its value', { 'x-team': 'a\x7f' }],
    ['a letter that would become a line end in one byte', { 'x-team': '\u010d\u010a' }],
    ['a character beyond one byte', { 'x-team': '水' }],
    ['a line end in its name', { 'x-team: a\r\nx-admin': '1' }],
    ['a colon in its name', { 'x:team': '1' }],
    ['a space in its name', { 'x team': '1' }],
    ['no name', { '': '1' }],
  ])('with %s', (_what, headers) => {
    expect(() => writeRequest({ ...REQUEST, headers })).toThrow(ChatError)
  })

  it.each([
    'Content-Length',
    'transfer-encoding',
    'Connection',
    'upgrade',
    'expect',
    'TE',
    'trailer',
    'keep-alive',
  ])('where it speaks of the connection: %s', (name) => {
    expect(() => writeRequest({ ...REQUEST, headers: { [name]: '5' } })).toThrow(`"${name}"`)
  })

  it('and its value is not told', () => {
    expect(() => writeRequest({ ...REQUEST, headers: { authorization: 'Bearer sec\nret' } })).toThrow(
      /^(?!.*sec)(?!.*ret).*"authorization"/,
    )
  })
})
