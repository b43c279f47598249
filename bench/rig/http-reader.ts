/**
 * Reads HTTP/1.1 messages off a socket, no more of the protocol than the rig's own messages need: a head, then a body
 * by content-length or in chunks. One reader reads a connection's messages one after the other.
 */

const NO_BYTES = Buffer.alloc(0)
const HEAD_END = Buffer.from('\r\n\r\n')

export type MessageHandler = {
  head(text: string): void
  /** A piece of the body, without chunk framing; the bytes are valid during the call only. */
  body(bytes: Buffer): void
  end(): void
}

type State = 'head' | 'fixed' | 'chunk-size' | 'chunk' | 'chunk-crlf' | 'trailer'

/** Returns what takes the socket's bytes. Throws when they are no HTTP message. */
export function createHttpReader(handler: MessageHandler): (bytes: Buffer) => void {
  let state: State = 'head'
  let rest: Buffer = NO_BYTES
  let wanted = 0

  return (bytes) => {
    let data = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    rest = NO_BYTES
    while (data.length > 0) {
      const used = step(data)
      if (used === 0) {
        rest = Buffer.from(data)
        return
      }
      data = data.subarray(used)
    }
  }

  /** Takes one piece and returns its length; 0 means that more bytes are needed. */
  function step(data: Buffer): number {
    switch (state) {
      case 'head':
        return readHead(data)
      case 'fixed':
      case 'chunk':
        return readBody(data)
      case 'chunk-size':
        return readSize(data)
      case 'chunk-crlf':
        if (data.length < 2) return 0
        state = 'chunk-size'
        return 2
      case 'trailer':
        if (data.length < 2) return 0
        finish()
        return 2
    }
  }

  function readHead(data: Buffer): number {
    const at = data.indexOf(HEAD_END)
    if (at === -1) return 0
    const text = data.toString('latin1', 0, at)
    handler.head(text)
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
    if (length !== undefined) {
      wanted = Number(length)
      state = 'fixed'
      if (wanted === 0) finish()
    } else if (/\r\ntransfer-encoding: *chunked/i.test(text)) state = 'chunk-size'
    else finish()
    return at + 4
  }

  function readBody(data: Buffer): number {
    const taken = Math.min(wanted, data.length)
    handler.body(data.length === taken ? data : data.subarray(0, taken))
    wanted -= taken
    if (wanted === 0) {
      if (state === 'fixed') finish()
      else state = 'chunk-crlf'
    }
    return taken
  }

  function readSize(data: Buffer): number {
    const at = data.indexOf(10)
    if (at === -1) return 0
    wanted = Number.parseInt(data.toString('latin1', 0, at), 16)
    if (Number.isNaN(wanted)) throw new Error(`no chunk size: ${data.toString('latin1', 0, 40)}`)
    state = wanted === 0 ? 'trailer' : 'chunk'
    return at + 1
  }

  function finish(): void {
    state = 'head'
    handler.end()
  }
}
