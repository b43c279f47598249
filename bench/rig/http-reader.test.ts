import { describe, expect, it } from 'vitest'
import { createHttpReader } from './http-reader.ts'

/** What a reader tells of some pieces: each message's head, body and end. */
function read(pieces: readonly Buffer[]) {
  const messages: { head: string; body: string; isEnded: boolean }[] = []
  const push = createHttpReader({
    head: (head) => messages.push({ head, body: '', isEnded: false }),
    body(bytes) {
      const last = messages.at(-1)
      if (last !== undefined) last.body += bytes.toString('latin1')
    },
    end() {
      const last = messages.at(-1)
      if (last !== undefined) last.isEnded = true
    },
  })
  for (const piece of pieces) push(piece)
  return messages
}

/** Every way to cut some bytes in two, and once into single bytes. */
function everyCut(bytes: Buffer): (readonly Buffer[])[] {
  const inTwo = Array.from(bytes.subarray(1), (_, at) => [bytes.subarray(0, at + 1), bytes.subarray(at + 1)])
  return [...inTwo, Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))]
}

const FIXED = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const CHUNKED =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n1B\r\nlo, this is a longer chunk!\r\n0\r\n\r\n'
const EMPTY = 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n'

describe('the rig’s HTTP reader', () => {
  it('reads one message after the other, by length and in chunks', () => {
    expect(read([Buffer.from(FIXED + CHUNKED + EMPTY + FIXED)])).toEqual([
      { head: 'HTTP/1.1 200 OK\r\nContent-Length: 5', body: 'hello', isEnded: true },
      {
        head: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked',
        body: 'hello, this is a longer chunk!',
        isEnded: true,
      },
      { head: 'HTTP/1.1 204 No Content\r\ncontent-length: 0', body: '', isEnded: true },
      { head: 'HTTP/1.1 200 OK\r\nContent-Length: 5', body: 'hello', isEnded: true },
    ])
  })

  it('reads the same wherever the bytes are cut', () => {
    const bytes = Buffer.from(FIXED + CHUNKED + EMPTY)
    const whole = read([bytes])
    for (const pieces of everyCut(bytes)) expect(read(pieces)).toEqual(whole)
  })

  it('does not take an answer that stops short for a whole one', () => {
    for (const answer of [FIXED, CHUNKED])
      for (let length = 1; length < answer.length; length++)
        expect(read([Buffer.from(answer.slice(0, length))]).every(({ isEnded }) => !isEnded)).toBe(true)
  })

  it('refuses what is no chunk', () => {
    expect(() =>
      read([Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n')]),
    ).toThrow('no chunk size')
  })
})
