import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { asBuffer } from '../as-buffer.ts'
import type { ClientAnswer } from '../relay/client-answer.ts'
import { byteLengthOf } from '../relay/collect-bytes.ts'
import { COMMON_HEADERS } from './answer-failure.ts'

/** Up to so many bytes go out in one write with what frames them: as text, letter for byte. */
const ONE_WRITE_BYTES = 16_384

/** Names and values by turns: Node takes them as they are. */
type AnswerHeaders = (string | number)[]

/** A whole answer whose head is made: its text goes out with it. */
export type SmallAnswer = { readonly response: ServerResponse; readonly text: string }

/** What is told to a small answer's client, now or a moment later together with others. */
export function endSmallAnswer({ response, text }: SmallAnswer): void {
  response.end(text, 'latin1')
}

export type ClientAnswerParts = {
  readonly requestId: string
  /** Headers that go with the answer, whatever it is. */
  readonly more: Readonly<Record<string, string>> | undefined
  readonly sendSmall: (answer: SmallAnswer) => void
}

/**
 * The way back to a client over Node's HTTP. HTTP chunks are framed here: Node writes each in four pieces, which for a small event costs more than all the rest.
 */
export class NodeClientAnswer implements ClientAnswer {
  readonly #response: ServerResponse
  #isFramed = false
  readonly #requestId: string
  readonly #more: Readonly<Record<string, string>> | undefined
  readonly #sendSmall: (answer: SmallAnswer) => void

  constructor(response: ServerResponse, { requestId, more, sendSmall }: ClientAnswerParts) {
    this.#response = response
    this.#requestId = requestId
    this.#more = more
    this.#sendSmall = sendSmall
  }

  sendHead(status: number, more: Readonly<Record<string, string>>, isFollowed: boolean): void {
    if (this.#isOver()) return
    const response = this.#response
    const headers = this.#headers(more)
    // HTTP/1.0 knows no chunks: there the answer ends with the connection.
    this.#isFramed = response.req.httpVersionMinor > 0
    if (this.#isFramed) headers.push('transfer-encoding', 'chunked')
    response.writeHead(status, headers)
    if (this.#isFramed) response.chunkedEncoding = false
    // Flushed, a head is one text; joined with what follows, Node would keep its fifty pieces for as long as the answer.
    if (isFollowed) corkForNow(response.socket)
    response.flushHeaders()
  }

  sendWhole(
    status: number,
    more: Readonly<Record<string, string>>,
    body: readonly Uint8Array[],
    ascii?: string,
  ): void {
    if (this.#isOver()) return
    const response = this.#response
    const headers = this.#headers(more)
    const length = byteLengthOf(body)
    headers.push('content-length', length)
    response.writeHead(status, headers)
    const [first] = body
    if (first !== undefined && length <= ONE_WRITE_BYTES) {
      const text = ascii ?? latin1Of(body.length === 1 ? first : Buffer.concat(body))
      return this.#sendSmall({ response, text })
    }
    response.cork()
    for (const piece of body) response.write(piece)
    response.end()
  }

  write(chunk: string | Uint8Array): boolean {
    const response = this.#response
    if (response.destroyed) return true
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (!this.#isFramed) return response.write(bytes)
    // An empty chunk would end the answer.
    if (bytes.length === 0) return !response.writableNeedDrain
    const size = `${bytes.length.toString(16)}\r\n`
    if (bytes.length <= ONE_WRITE_BYTES) return response.write(`${size}${latin1Of(bytes)}\r\n`, 'latin1')
    response.cork()
    response.write(size, 'latin1')
    response.write(bytes)
    const isTaken = response.write('\r\n', 'latin1')
    response.uncork()
    return isTaken
  }

  whenDrained(): Promise<void> {
    const response = this.#response
    if (response.destroyed || !response.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  }

  end(chunk?: string | Uint8Array): void {
    if (this.#response.destroyed) return
    if (chunk !== undefined) this.write(chunk)
    if (this.#isFramed) this.#response.end('0\r\n\r\n', 'latin1')
    else this.#response.end()
  }

  destroy(): void {
    this.#response.destroy()
  }

  #headers(more: Readonly<Record<string, string>>): AnswerHeaders {
    const headers: AnswerHeaders = ['x-request-id', this.#requestId]
    if (this.#more !== undefined) for (const name in this.#more) headers.push(name, this.#more[name] ?? '')
    for (const name in COMMON_HEADERS)
      if (more[name] === undefined) headers.push(name, COMMON_HEADERS[name] ?? '')
    for (const name in more) headers.push(name, more[name] ?? '')
    return headers
  }

  #isOver(): boolean {
    return this.#response.headersSent || this.#response.destroyed
  }
}

/** What is written in this turn goes out together. */
function corkForNow(socket: Socket | null): void {
  if (socket === null) return
  socket.cork()
  process.nextTick(() => socket.uncork())
}

function latin1Of(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1')
}
