import { describe, expect, it } from 'vitest'
import type { ResponseHead } from './read-head.ts'
import { ResponseReader } from './response-reader.ts'

const HEADER_BYTES = 1000

/** What a reader tells of one answer: its head, its body, and how it ended. */
type Told = {
  head?: ResponseHead
  body: string
  /** How many times the body was handed on. */
  pieces: number
  end: 'open' | 'whole' | 'whole, and more came' | string
}

function read(pieces: readonly Buffer[], isClosed: boolean): Told {
  const told: Told = { body: '', pieces: 0, end: 'open' }
  const reader = new ResponseReader(
    {
      onHead(head) {
        told.head = head
      },
      onBody(bytes) {
        told.pieces++
        told.body += Buffer.from(bytes).toString('latin1')
      },
      onEnd(hasMore) {
        told.end = hasMore ? 'whole, and more came' : 'whole'
      },
    },
    HEADER_BYTES,
  )
  reader.begin()
  try {
    for (const piece of pieces) if (told.end === 'open') reader.push(piece)
    if (isClosed && told.end === 'open') reader.finish()
  } catch (error) {
    told.end = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
  return told
}

/** The reader moves bytes within what it is given: each run has bytes of its own. */
const bytesOf = (text: string) => Buffer.from(text, 'latin1')

/**
 * Reads an answer as one piece, cut in two at every byte, and byte by byte: all of it must say the same. Bytes behind
 * the end are seen only where they come with it.
 */
function readCut(text: string, isClosed = false): Told {
  const whole = read([bytesOf(text)], isClosed)
  const gist = ({ head, body, end }: Told) => ({ head, body, end: end.replace(', and more came', '') })
  for (let cut = 1; cut < text.length; cut++) {
    const pieces = [bytesOf(text.slice(0, cut)), bytesOf(text.slice(cut))]
    expect({ cut, ...gist(read(pieces, isClosed)) }).toEqual({ cut, ...gist(whole) })
  }
  expect(gist(read([...text].map(bytesOf), isClosed))).toEqual(gist(whole))
  return whole
}

/** An answer with these header lines and this body. */
const answer = (lines: readonly string[], body = '', status = 'HTTP/1.1 200 OK') =>
  [status, ...lines, '', body].join('\r\n')

const CHUNKED = 'transfer-encoding: chunked'

describe('An answer, wherever its bytes are cut,', () => {
  it('has a status, headers in lower case, and as many bytes as it says', () => {
    const told = readCut(
      answer(['Content-Type: text/plain', 'X-Padded: \t two words \t', 'CONTENT-LENGTH: 5'], 'hello'),
    )
    expect(told).toEqual({
      head: {
        status: 200,
        headers: { 'content-type': 'text/plain', 'x-padded': 'two words', 'content-length': '5' },
        framing: 5,
        keepMs: 30_000,
        length: 89,
      },
      body: 'hello',
      pieces: 1,
      end: 'whole',
    })
  })

  it('may be empty', () => {
    expect(readCut(answer(['content-length: 0']))).toMatchObject({ body: '', pieces: 0, end: 'whole' })
  })

  it('has values of repeated headers joined, whatever they are called', () => {
    const told = readCut(
      answer(['a: 1', 'A: 2', 'constructor: x', '__proto__: y', 'empty:', 'content-length: 0']),
    )
    expect(Object.entries(told.head?.headers ?? {})).toEqual([
      ['a', '1, 2'],
      ['constructor', 'x'],
      ['__proto__', 'y'],
      ['empty', ''],
      ['content-length', '0'],
    ])
  })

  it('keeps bytes beyond ASCII as they are, in headers and body', () => {
    const told = readCut(answer(['x: caf\xc3\xa0', 'content-length: 2'], '\xc3\xa9'))
    expect([told.head?.headers.x, told.body]).toEqual(['caf\xc3\xa0', '\xc3\xa9'])
  })

  it('may say no reason', () => {
    for (const status of ['HTTP/1.1 204', 'HTTP/1.1 204 '])
      expect(readCut(answer([], '', status))).toMatchObject({ head: { status: 204 }, end: 'whole' })
  })

  it('comes behind any number of preliminary ones', () => {
    const early = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'
    const told = readCut(early + answer(['content-length: 2'], 'ok'))
    expect(told).toMatchObject({
      head: { status: 200, headers: { 'content-length': '2' } },
      body: 'ok',
      end: 'whole',
    })
  })

  it.each(['204 No Content', '304 Not Modified'])(
    'has no body where it says %s, whatever length it names',
    (status) => {
      const told = read([bytesOf(answer(['content-length: 5'], 'hello', `HTTP/1.1 ${status}`))], false)
      expect(told).toMatchObject({ body: '', end: 'whole, and more came' })
    },
  )

  it('without length and chunks lasts until the connection ends, which is then not kept', () => {
    const text = answer(['content-type: text/plain'], 'all of it')
    expect(readCut(text)).toMatchObject({ body: 'all of it', end: 'open' })
    expect(readCut(text, true)).toMatchObject({ head: { framing: 'until-close', keepMs: 0 }, end: 'whole' })
  })
})

describe('Chunks, wherever they are cut,', () => {
  it('are put together', () => {
    const told = readCut(answer([CHUNKED], '5\r\nhello\r\n1\r\n,\r\nA\r\n tide pool\r\n0\r\n\r\n'))
    expect(told).toMatchObject({ head: { framing: 'chunked' }, body: 'hello, tide pool', end: 'whole' })
  })

  it('of one read are handed on in one piece, without a copy where there is one', () => {
    const bytes = bytesOf(answer([CHUNKED], '5\r\nhello\r\n6\r\n world\r\n6\r\n again\r\n0\r\n\r\n'))
    expect(read([bytes], false)).toMatchObject({ body: 'hello world again', pieces: 1 })
    const lone = bytesOf('5\r\nhello\r\n')
    const given: Uint8Array[] = []
    const reader = new ResponseReader(
      { onHead: () => undefined, onBody: (piece) => given.push(piece), onEnd: () => undefined },
      HEADER_BYTES,
    )
    reader.begin()
    reader.push(bytesOf(answer([CHUNKED])))
    reader.push(lone)
    expect([given[0]?.buffer === lone.buffer, given[0]?.byteOffset]).toEqual([true, lone.byteOffset + 3])
  })

  it('may have extensions, leading zeros, capitals, and trailers that are dropped', () => {
    const body = '005;name=value;other="a b"\r\nhello\r\n0;x\r\nX-Sum: 1\r\nX-Other:2\r\n\r\n'
    expect(readCut(answer([CHUNKED.toUpperCase()], body))).toMatchObject({ body: 'hello', end: 'whole' })
  })

  it('may hold anything, line ends too', () => {
    const text = '0\r\n\r\n\r\n\0'
    const body = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
    expect(readCut(answer([CHUNKED], body))).toMatchObject({ body: text, end: 'whole' })
  })

  it.each([
    ['a size that is no number', 'x\r\n'],
    ['no size', '\r\n'],
    ['a size with a sign', '-5\r\nhello\r\n'],
    ['a size with a prefix', '0x5\r\nhello\r\n'],
    ['a space behind the size', '5 \r\nhello\r\n'],
    ['a space before the size', ' 5\r\nhello\r\n'],
    ['a size that no number holds', `${'f'.repeat(17)}\r\n`],
    ['a size of many zeros', `${'0'.repeat(100)}5\r\nhello\r\n`],
    ['a bare line feed behind the size', '5\nhello\r\n'],
    ['a return without a line feed behind the size', '5\rhello\r\n'],
    ['more bytes than the size says', '4\r\nhello\r\n0\r\n\r\n'],
    ['fewer bytes than the size says', '6\r\nhello\r\n0\r\n\r\n'],
    ['a bare line feed behind a chunk', '5\r\nhello\n0\r\n\r\n'],
    ['a bare line feed in an extension', '5;a\nb\r\nhello\r\n'],
    ['a NUL in an extension', '5;a\0\r\nhello\r\n'],
    ['an extension without end', `5;${'a'.repeat(1100)}`],
    ['a bare line feed behind the last chunk', '0\r\n\n'],
    ['a trailer that is none', '0\r\nno colon\r\n\r\n'],
    ['a trailer that continues another', '0\r\na: b\r\n c: d\r\n\r\n'],
    ['a trailer with a bare line feed', '0\r\na: b\nc: d\r\n\r\n'],
    ['a trailer with a NUL', '0\r\na: \0\r\n\r\n'],
  ])('are refused with %s', (_what, body) => {
    expect(readCut(answer([CHUNKED], body)).end).toBe('HPE_INVALID')
  })

  it('have trailers of a bounded size', () => {
    const body = `0\r\n${'a: b\r\n'.repeat(300)}\r\n`
    expect(readCut(answer([CHUNKED], body)).end).toBe('UND_ERR_HEADERS_OVERFLOW')
  })
})

describe('A head', () => {
  const good = answer(['content-length: 0'])

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\0\x01\x02'],
    ['a frame of HTTP/2', '\0\0\x06\x04\0\0\0\0\0'],
    ['HTTP/2 as a version', good.replace('1.1', '2.0')],
    ['HTTP/0.9 as a version', good.replace('1.1', '0.9')],
    ['HTTP/1.2 as a version', good.replace('1.1', '1.2')],
    ['a protocol in small letters', good.replace('HTTP', 'http')],
    ['a space before the status line', ` ${good}`],
    ['an empty line before the status line', `\r\n${good}`],
    ['two digits of status', good.replace('200', '20')],
    ['four digits of status', good.replace('200', '2000')],
    ['a status below 100', good.replace('200', '099')],
    ['two spaces before the status', good.replace(' 200', '  200')],
    ['a tab before the status', good.replace(' 200', '\t200')],
    ['bare line feeds', good.replaceAll('\r\n', '\n')],
    ['one bare line feed', answer(['a: b\nc: d', 'content-length: 0'])],
    ['a return without a line feed', answer(['a: b\rc: d', 'content-length: 0'])],
    ['a return at the end of a line', answer(['a: b\r', 'content-length: 0'])],
    ['a NUL in a value', answer(['a: \0', 'content-length: 0'])],
    ['a control character in a value', answer(['a: \x1b[2J', 'content-length: 0'])],
    ['a NUL in the reason', good.replace('OK', '\0')],
    ['a line that continues another', answer(['a: b', ' c', 'content-length: 0'])],
    ['a line that continues the status line', answer([' a: b', 'content-length: 0'])],
    ['a space before the colon', answer(['content-length : 0'])],
    ['a line without a colon', answer(['no colon', 'content-length: 0'])],
    ['a last line without a colon', answer(['content-length: 0', 'no colon'])],
    ['a header without a name', answer([': b', 'content-length: 0'])],
    ['a name with a space', answer(['a b: c', 'content-length: 0'])],
    ['a name beyond ASCII', answer(['\xe9: c', 'content-length: 0'])],
    ['two lengths', answer(['content-length: 5', 'content-length: 6'], 'abcdef')],
    ['the same length twice', answer(['content-length: 5', 'content-length: 5'], 'abcde')],
    ['a list of lengths', answer(['content-length: 5, 5'], 'abcde')],
    ['a negative length', answer(['content-length: -1'])],
    ['a length with a sign', answer(['content-length: +5'], 'abcde')],
    ['a length in hexadecimal', answer(['content-length: 0x5'], 'abcde')],
    ['a broken length', answer(['content-length: 5.0'], 'abcde')],
    ['an empty length', answer(['content-length:'])],
    ['a length that no number holds', answer(['content-length: 99999999999999999999'])],
    ['length and chunks', answer(['content-length: 5', CHUNKED], '0\r\n\r\n')],
    ['chunks and length', answer([CHUNKED, 'content-length: 5'], '0\r\n\r\n')],
    ['chunks of chunks', answer([CHUNKED, CHUNKED], '0\r\n\r\n')],
    ['an encoding before the chunks', answer(['transfer-encoding: gzip, chunked'], '0\r\n\r\n')],
    ['an encoding that is nearly chunked', answer(['transfer-encoding: xchunked'], '0\r\n\r\n')],
    ['an encoding behind the chunks', answer(['transfer-encoding: chunked, identity'], '0\r\n\r\n')],
    ['an empty encoding', answer(['transfer-encoding:', 'content-length: 0'])],
    [
      'chunks and length where there is no body',
      answer(['content-length: 5', CHUNKED], '', 'HTTP/1.1 204 None'),
    ],
    [
      'a switch of protocols',
      answer(['upgrade: websocket', 'connection: upgrade'], '', 'HTTP/1.1 101 Switching'),
    ],
  ])('is refused with %s', (_what, text) => {
    expect(readCut(text)).toEqual({ body: '', pieces: 0, end: 'HPE_INVALID' })
  })

  it.each([
    ['one header', answer([`a: ${'b'.repeat(HEADER_BYTES)}`])],
    ['many headers', answer(Array(200).fill('a: b'))],
    ['a line without end', `HTTP/1.1 200 ${'a'.repeat(HEADER_BYTES)}`],
    ['preliminary answers without end', answer([], '', 'HTTP/1.1 100 Continue').repeat(60)],
  ])('is refused when it is larger than allowed: %s', (_what, text) => {
    expect(readCut(text).end).toBe('UND_ERR_HEADERS_OVERFLOW')
  })
})

describe('A connection that ends', () => {
  it.each([
    ['before the answer', ''],
    ['within the status line', 'HTTP/1.1 20'],
    ['within the head', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n'],
    ['behind a preliminary answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['before the body', answer(['content-length: 5'])],
    ['within the body', answer(['content-length: 5'], 'hell')],
    ['before the first chunk', answer([CHUNKED])],
    ['within a chunk', answer([CHUNKED], '5\r\nhell')],
    ['between two chunks', answer([CHUNKED], '5\r\nhello\r\n')],
    ['within the last chunk', answer([CHUNKED], '5\r\nhello\r\n0\r\n')],
    ['within the trailers', answer([CHUNKED], '5\r\nhello\r\n0\r\na: b\r\n')],
  ])('%s leaves an answer that is not whole', (_where, text) => {
    expect(readCut(text, true).end).toBe('UND_ERR_SOCKET')
  })

  it('behind the answer leaves it whole, and what else came is not part of it', () => {
    const more = 'HTTP/1.1 408 Request Timeout\r\n\r\n'
    const framed = [answer(['content-length: 5'], 'hello'), answer([CHUNKED], '5\r\nhello\r\n0\r\n\r\n')]
    for (const text of framed)
      expect(readCut(text + more)).toMatchObject({ body: 'hello', end: 'whole, and more came' })
  })
})

describe('How long a connection may be kept', () => {
  const keepMs = (lines: readonly string[], status?: string) =>
    readCut(answer(lines, '', status)).head?.keepMs
  const EMPTY = 'content-length: 0'

  it('is half a minute, or what the upstream says, less a second', () => {
    expect(keepMs([EMPTY])).toBe(30_000)
    expect(keepMs([EMPTY, 'keep-alive: max=100'])).toBe(30_000)
    expect(keepMs([EMPTY, 'keep-alive: timeout=5'])).toBe(4000)
    expect(keepMs([EMPTY, 'Keep-Alive: max=100, Timeout=75'])).toBe(74_000)
    expect(keepMs([EMPTY, 'keep-alive: timeout=99999'])).toBe(600_000)
    expect(keepMs([EMPTY, 'keep-alive: timeout=1'])).toBe(0)
    expect(keepMs([EMPTY, 'keep-alive: timeout=0'])).toBe(0)
  })

  it('is no time at all where the upstream closes', () => {
    expect(keepMs([EMPTY, 'connection: close'])).toBe(0)
    expect(keepMs([EMPTY, 'Connection: keep-alive , Close'])).toBe(0)
    expect(keepMs([EMPTY, 'connection: x-close'])).toBe(30_000)
  })

  it('is no time at all with HTTP/1.0, unless it says so', () => {
    expect(keepMs([EMPTY], 'HTTP/1.0 200 OK')).toBe(0)
    expect(keepMs([EMPTY, 'connection: Keep-Alive'], 'HTTP/1.0 200 OK')).toBe(30_000)
    expect(keepMs([CHUNKED, 'connection: keep-alive'], 'HTTP/1.0 200 OK')).toBe(0)
  })
})
