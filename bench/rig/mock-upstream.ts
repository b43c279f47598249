import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import {
  type Api,
  answerOf,
  httpChunk,
  type MockAnswer,
  NOW_MARK,
  STREAM_END,
  STREAM_HEAD,
} from './answers.ts'
import { createHttpReader } from './http-reader.ts'

const MODEL = /"model":\s*"([^"]+)"/
/** A model's name may lie across two reads: so much of the last one is looked at again. */
const OVERLAP = 80
const TICK_MS = 2

export type MockUpstream = { readonly port: number; close(): void }

/**
 * A model server that is surely not the bottleneck: plain sockets, answers that were made before. Both APIs by path.
 */
export async function startMockUpstream(): Promise<MockUpstream> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    serve(socket)
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 16_384 })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the mock upstream has no port')
  return {
    port: address.port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function serve(socket: Socket): void {
  let api: Api = 'openai-chat'
  let model = ''
  let tail = ''
  let isHealth = false
  socket.on(
    'data',
    createHttpReader({
      head(text) {
        const line = text.slice(0, text.indexOf('\r\n'))
        api = line.includes('/messages') ? 'anthropic' : 'openai-chat'
        isHealth = line.startsWith('GET')
        model = ''
        tail = ''
      },
      body(bytes) {
        if (model !== '') return
        const text = tail + bytes.toString('latin1')
        model = MODEL.exec(text)?.[1] ?? ''
        tail = text.slice(-OVERLAP)
      },
      end() {
        if (isHealth) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
        else send(socket, answerOf(api, model))
      },
    }),
  )
}

function send(socket: Socket, answer: MockAnswer): void {
  const { lead, paced: pacing } = answer
  if (lead !== undefined) {
    socket.write(lead.first)
    setTimeout(() => {
      if (!socket.destroyed) socket.write(lead.rest)
    }, lead.pauseMs)
  } else if (pacing !== undefined) {
    socket.write(STREAM_HEAD)
    // Streams that began together must not beat together.
    pace({ socket, next: 0, dueAt: performance.now() + Math.random() * pacing.everyMs, ...pacing })
  } else socket.write(answer.wire)
}

type PacedStream = {
  readonly socket: Socket
  readonly events: readonly string[]
  readonly everyMs: number
  next: number
  dueAt: number
}

const paced = new Set<PacedStream>()
let ticker: NodeJS.Timeout | undefined

/** One timer for all streams: five hundred timers of their own would keep the rig busier than the proxy. */
function pace(stream: PacedStream): void {
  paced.add(stream)
  ticker ??= setInterval(() => {
    const now = performance.now()
    for (const one of paced) if (one.dueAt <= now) sendNext(one)
    if (paced.size > 0) return
    clearInterval(ticker)
    ticker = undefined
  }, TICK_MS)
}

function sendNext(stream: PacedStream): void {
  const { socket, events } = stream
  const event = events[stream.next++]
  stream.dueAt += stream.everyMs
  if (event !== undefined && !socket.destroyed) {
    socket.write(httpChunk(event.replace(NOW_MARK, performance.now().toFixed(3).padStart(16, '0'))))
    return
  }
  paced.delete(stream)
  if (!socket.destroyed) socket.write(STREAM_END)
}
