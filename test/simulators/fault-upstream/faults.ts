import type { Socket } from 'node:net'
import { deflateRawSync, gzipSync } from 'node:zlib'
import type { Wire } from './wire.ts'

/** What a fault does to one request. It owns the socket; it may answer, misbehave, or never say anything. */
export type Fault = (socket: Socket, wire: Wire) => void

const CRLF = '\r\n'

/** A whole HTTP answer as text. */
export function http(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const lines = Object.entries({ ...headers, 'content-length': String(bytes.length) }).map(
    ([name, value]) => `${name}: ${value}${CRLF}`,
  )
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Sim${CRLF}${lines.join('')}${CRLF}`), bytes])
}

const JSON_TYPE = { 'content-type': 'application/json' }

function failure(
  status: number,
  headers: Record<string, string> = {},
  override?: { type: string; code?: string; message: string },
): Fault {
  return (socket, wire) => {
    socket.write(http(status, { ...JSON_TYPE, ...headers }, wire.errorBody(status, override)))
  }
}

/** A chunked event stream: head at once, then each frame as a chunk of its own. */
function openStream(socket: Socket): (frame: string) => void {
  socket.write(
    `HTTP/1.1 200 OK${CRLF}content-type: text/event-stream${CRLF}transfer-encoding: chunked${CRLF}${CRLF}`,
  )
  return (frame) => {
    const bytes = Buffer.from(frame)
    socket.write(
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}${CRLF}`), bytes, Buffer.from(CRLF)]),
    )
  }
}

function endStream(socket: Socket): void {
  socket.write(`0${CRLF}${CRLF}`)
}

function answerWell(socket: Socket, wire: Wire): void {
  if (!wire.stream) return void socket.write(http(200, JSON_TYPE, wire.wholeAnswer()))
  const send = openStream(socket)
  for (const frame of wire.frames()) send(frame)
  endStream(socket)
}

/** Some frames of a stream, then whatever `end` does. A whole answer stops in its middle. */
function half(end: (socket: Socket) => void): Fault {
  return (socket, wire) => {
    if (wire.stream) {
      const send = openStream(socket)
      for (const frame of wire.frames().slice(0, wire.framesBeforeHalf)) send(frame)
    } else {
      const body = wire.wholeAnswer()
      socket.write(
        `HTTP/1.1 200 OK${CRLF}content-type: application/json${CRLF}content-length: ${body.length}${CRLF}${CRLF}${body.slice(0, body.length / 2)}`,
      )
    }
    setTimeout(() => end(socket), 20)
  }
}

/** A close-delimited answer that stops early: for HTTP it is complete. */
const earlyEof: Fault = (socket, wire) => {
  const head = (type: string) =>
    `HTTP/1.1 200 OK${CRLF}content-type: ${type}${CRLF}connection: close${CRLF}${CRLF}`
  if (wire.stream)
    socket.write(head('text/event-stream') + wire.frames().slice(0, wire.framesBeforeHalf).join(''))
  else socket.write(head('application/json') + wire.wholeAnswer().slice(0, 40))
  setTimeout(() => socket.end(), 20)
}

function streamThen(frames: (wire: Wire) => readonly string[]): Fault {
  return (socket, wire) => {
    const send = openStream(socket)
    for (const frame of frames(wire)) send(frame)
    endStream(socket)
  }
}

/** Bytes one by one, at a pace. */
const drip: Fault = (socket, wire) => {
  const body = wire.stream ? wire.frames().join('') : wire.wholeAnswer()
  const bytes = http(200, { 'content-type': wire.stream ? 'text/event-stream' : 'application/json' }, body)
  let at = 0
  const step = Math.max(1, Math.ceil(bytes.length / 40))
  const timer = setInterval(() => {
    if (at >= bytes.length || socket.destroyed) return clearInterval(timer)
    socket.write(bytes.subarray(at, at + step))
    at += step
  }, 5)
}

/** Every way of misbehaving, by name. Where a row of the fault matrix has a number, its test names it. */
export const FAULTS = {
  ok: answerWell,
  'rate-limited': failure(429, { 'retry-after': '7' }),
  'rate-limited-1s': failure(429, { 'retry-after': '1' }),
  'rate-limited-20s': failure(429, { 'retry-after': '20' }),
  'rate-limited-bare': failure(429),
  'rate-limited-forever': failure(429, { 'retry-after': '999999999' }),
  'rate-limited-date': (socket, wire) =>
    void socket.write(
      http(
        429,
        {
          ...JSON_TYPE,
          date: new Date(Date.UTC(2020, 0, 1)).toUTCString(),
          'retry-after': new Date(Date.UTC(2020, 0, 1, 0, 1, 30)).toUTCString(),
        },
        wire.errorBody(429),
      ),
    ),
  'spend-limit': failure(
    429,
    {},
    { type: 'insufficient_quota', code: 'insufficient_quota', message: 'You exceeded your current quota' },
  ),
  unauthorized: failure(401),
  forbidden: failure(403),
  'payment-required': failure(402),
  'bad-request': failure(400, {}, { type: 'invalid_request_error', message: 'temperature is out of range' }),
  'context-too-long': failure(
    400,
    {},
    {
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
      message: 'prompt is too long: maximum context length exceeded',
    },
  ),
  'model-missing': failure(
    404,
    {},
    { type: 'not_found_error', code: 'model_not_found', message: 'no such model' },
  ),
  'too-large': failure(413),
  'server-error': failure(500),
  unavailable: failure(503),
  overloaded: failure(529, {}, { type: 'overloaded_error', message: 'Overloaded' }),
  redirect: (socket) => void socket.write(http(307, { location: 'http://127.0.0.1:1/elsewhere' }, '')),
  'reset-before-head': (socket) => void socket.resetAndDestroy(),
  'close-before-head': (socket) => void socket.end(),
  'not-http': (socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n\0\x01\x02'),
  'huge-header': (socket) =>
    void socket.write(
      `HTTP/1.1 200 OK${CRLF}x-a: ${'a'.repeat(20_000)}${CRLF}content-length: 0${CRLF}${CRLF}`,
    ),
  'two-lengths': (socket) =>
    void socket.write(`HTTP/1.1 200 OK${CRLF}content-length: 5${CRLF}content-length: 6${CRLF}${CRLF}abcdef`),
  hang: () => undefined,
  'reset-after-head': (socket) => {
    socket.write(
      `HTTP/1.1 200 OK${CRLF}content-type: text/event-stream${CRLF}transfer-encoding: chunked${CRLF}${CRLF}`,
    )
    setTimeout(() => socket.resetAndDestroy(), 10)
  },
  'empty-stream': streamThen(() => []),
  'done-only': streamThen(() => ['data: [DONE]\n\n']),
  'error-first': streamThen((wire) => [wire.errorFrame('rate_limit')]),
  'role-then-overloaded': streamThen((wire) => [
    ...wire.frames().slice(0, wire.framesBeforeOutput),
    wire.errorFrame('overloaded'),
  ]),
  'error-in-200': (socket, wire) =>
    void socket.write(
      http(200, JSON_TYPE, wire.errorBody(500, { type: 'server_error', message: 'inner failure' })),
    ),
  'html-page': (socket) =>
    void socket.write(
      http(200, { 'content-type': 'text/html' }, '<html><title>Sign in</title><body>hello</body></html>'),
    ),
  'bad-json': (socket, wire) => void socket.write(http(200, JSON_TYPE, wire.wholeAnswer().slice(0, 30))),
  'json-array': (socket) => void socket.write(http(200, JSON_TYPE, '[1,2,3]')),
  'json-scalar': (socket) => void socket.write(http(200, JSON_TYPE, '7')),
  'json-for-stream': (socket, wire) => void socket.write(http(200, JSON_TYPE, wire.wholeAnswer())),
  'stream-for-json': streamThen((wire) => wire.frames()),
  'empty-body': (socket) => void socket.write(http(200, JSON_TYPE, '')),
  'no-content': (socket) => void socket.write(`HTTP/1.1 204 No Content${CRLF}${CRLF}`),
  'gzip-bomb': (socket, wire) =>
    void socket.write(
      http(
        200,
        {
          'content-type': wire.stream ? 'text/event-stream' : 'application/json',
          'content-encoding': 'gzip',
        },
        BOMB(),
      ),
    ),
  'odd-encoding': (socket, wire) =>
    void socket.write(http(200, { ...JSON_TYPE, 'content-encoding': 'constructor' }, wire.wholeAnswer())),
  'wrong-encoding': (socket, wire) =>
    void socket.write(
      http(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, deflateRawSync(wire.wholeAnswer())),
    ),
  'stacked-encoding': (socket, wire) =>
    void socket.write(
      http(200, { ...JSON_TYPE, 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync(wire.wholeAnswer()))),
    ),
  'reset-mid-answer': half((socket) => socket.resetAndDestroy()),
  'early-eof': earlyEof,
  'no-end-marker': streamThen((wire) => wire.frames().slice(0, -1)),
  'idle-mid-stream': half(() => undefined),
  'endless-pings': (socket, wire) => {
    const send = openStream(socket)
    for (const frame of wire.frames().slice(0, wire.framesBeforeHalf)) send(frame)
    const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : send(wire.ping)), 20)
  },
  drip,
  'cut-anywhere': (socket, wire) => {
    const bytes = http(
      200,
      { 'content-type': wire.stream ? 'text/event-stream' : 'application/json' },
      wire.stream ? wire.frames().join('') : wire.wholeAnswer(),
    )
    socket.setNoDelay(true)
    for (let at = 0; at < bytes.length; at += 3) socket.write(bytes.subarray(at, at + 3))
  },
  'bad-utf8': (socket, wire) => {
    const text = Buffer.from(wire.stream ? wire.frames().join('') : wire.wholeAnswer())
    const at = text.indexOf(wire.word)
    text[at] = 0xff
    socket.write(http(200, { 'content-type': wire.stream ? 'text/event-stream' : 'application/json' }, text))
  },
  'bad-event': streamThen((wire) => [
    ...wire.frames().slice(0, wire.framesBeforeHalf),
    'data: {"broken":\n\n',
    ...wire.frames().slice(wire.framesBeforeHalf),
  ]),
  'unknown-event': streamThen((wire) => [
    ...wire.frames().slice(0, wire.framesBeforeHalf),
    'event: execute\ndata: {"type":"execute","code":"x"}\n\n',
    ...wire.frames().slice(wire.framesBeforeHalf),
  ]),
  'huge-event': streamThen((wire) => [
    ...wire.frames().slice(0, wire.framesBeforeHalf),
    `data: {"x":"${'y'.repeat(9 * 1024 * 1024)}"}\n\n`,
  ]),
  'cut-tool-call': (socket, wire) => {
    if (!wire.stream) return void socket.write(http(200, JSON_TYPE, wire.wholeAnswer('cut-tool')))
    const send = openStream(socket)
    for (const frame of wire.frames('cut-tool')) send(frame)
    endStream(socket)
  },
  'odd-usage': (socket, wire) => {
    if (!wire.stream) return void socket.write(http(200, JSON_TYPE, wire.wholeAnswer('odd-usage')))
    const send = openStream(socket)
    for (const frame of wire.frames('odd-usage')) send(frame)
    endStream(socket)
  },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof FAULTS

/** 200 MiB of spaces behind a small JSON beginning, packed once. */
let bomb: Buffer | undefined
function BOMB(): Buffer {
  bomb ??= gzipSync(Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(200 * 1024 * 1024, 0x20)]))
  return bomb
}
