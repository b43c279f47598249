import type { ServerResponse } from 'node:http'
import type { ClientAnswer } from '../relay/client-answer.ts'

/** The way back to a client over Node's HTTP. `headers` go with the answer, whatever it is; they are not to be used again. */
export class NodeClientAnswer implements ClientAnswer {
  readonly #response: ServerResponse
  readonly #headers: Record<string, string | number>

  constructor(response: ServerResponse, headers: Record<string, string | number>) {
    this.#response = response
    this.#headers = headers
  }

  sendHead(status: number, more: Readonly<Record<string, string>>, isFollowed: boolean): void {
    if (this.#isOver()) return
    this.#response.writeHead(status, this.#withHeaders(more))
    if (!isFollowed) this.#response.flushHeaders()
  }

  sendWhole(status: number, more: Readonly<Record<string, string>>, body: readonly Uint8Array[]): void {
    if (this.#isOver()) return
    const response = this.#response
    let length = 0
    for (const piece of body) length += piece.length
    this.#headers['content-length'] = length
    response.writeHead(status, this.#withHeaders(more))
    if (body.length === 1) return void response.end(body[0])
    response.cork()
    for (const piece of body) response.write(piece)
    response.end()
  }

  write(chunk: string | Uint8Array): boolean {
    return this.#response.destroyed || this.#response.write(chunk)
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
    if (!this.#response.destroyed) this.#response.end(chunk)
  }

  destroy(): void {
    this.#response.destroy()
  }

  #withHeaders(more: Readonly<Record<string, string>>): Record<string, string | number> {
    for (const name in more) this.#headers[name] = more[name] ?? ''
    return this.#headers
  }

  #isOver(): boolean {
    return this.#response.headersSent || this.#response.destroyed
  }
}
