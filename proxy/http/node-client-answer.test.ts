import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rawRequest } from '../../test/support/raw-request.ts'
import { endSmallAnswer, NodeClientAnswer } from './node-client-answer.ts'

/** A server that answers every request by `answer`; returns its port. */
async function serve(answer: (client: NodeClientAnswer) => void): Promise<number> {
  const server = createServer((_request, response) =>
    answer(
      new NodeClientAnswer(response, {
        requestId: 'request-1',
        more: { 'x-more': 'yes' },
        sendSmall: endSmallAnswer,
      }),
    ),
  ).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return address.port
}

async function read(port: number): Promise<{ headers: object; body: Buffer }> {
  const request = get({ port, host: '127.0.0.1' })
  const [response] = await once(request, 'response')
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece)
  return { headers: response.headers, body: Buffer.concat(pieces) }
}

const LARGE = Buffer.from('tide — '.repeat(20_000))
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

describe('A streamed answer', () => {
  it('comes whole, whatever it is written in', async () => {
    const port = await serve((client) => {
      client.sendHead(200, { 'content-type': 'text/plain' }, true)
      for (const chunk of ['é', EVERY_BYTE, '', new Uint8Array(0), LARGE, 'a']) client.write(chunk)
      client.end('end')
    })
    const { headers, body } = await read(port)
    expect(body.equals(Buffer.concat([Buffer.from('é'), EVERY_BYTE, LARGE, Buffer.from('aend')]))).toBe(true)
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'x-request-id': 'request-1',
      'x-more': 'yes',
      'transfer-encoding': 'chunked',
    })
  })

  it('is framed once, each chunk by its length in bytes', async () => {
    const port = await serve((client) => {
      client.sendHead(200, {}, false)
      client.write('data: é\n\n')
      client.end()
    })
    const { body } = await rawRequest(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    expect(Buffer.from(body, 'latin1').toString()).toBe('a\r\ndata: é\n\n\r\n0\r\n\r\n')
  })

  it('leaves its connection to the next request', async () => {
    const port = await serve((client) => {
      client.sendHead(200, {}, true)
      client.end('x')
    })
    const one = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'
    const { body } = await rawRequest(port, one + one)
    expect(body.match(/1\r\nx\r\n0\r\n\r\n/g)).toHaveLength(2)
  })

  it('has no chunks for a client of HTTP/1.0, which could not read them', async () => {
    const port = await serve((client) => {
      client.sendHead(200, {}, true)
      client.write('one ')
      client.end('two')
    })
    const { head, body, isClosed } = await rawRequest(port, 'GET / HTTP/1.0\r\nhost: a\r\n\r\n')
    expect([body, isClosed]).toEqual(['one two', true])
    expect(head).not.toMatch(/transfer-encoding/i)
  })
})

describe('A whole answer', () => {
  it.each([
    ['every byte there is', [EVERY_BYTE]],
    ['small pieces', [Buffer.from('{"a":'), Buffer.from('"é"}')]],
    ['much', [LARGE, EVERY_BYTE]],
    ['nothing', []],
  ])('of %s comes as it is, with its length', async (_what, pieces) => {
    const port = await serve((client) => client.sendWhole(200, { 'content-type': 'a/b' }, pieces))
    const { headers, body } = await read(port)
    const expected = Buffer.concat(pieces)
    expect(body.equals(expected)).toBe(true)
    expect(headers).toMatchObject({ 'content-length': String(expected.length), 'content-type': 'a/b' })
  })
})
