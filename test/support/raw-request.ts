import { connect } from 'node:net'

export type RawAnswer = {
  /** 0 where the connection was closed without an answer. */
  readonly status: number
  readonly head: string
  readonly body: string
  /** The server closed the connection. */
  readonly isClosed: boolean
}

/** Sends bytes as they are and reads what comes back until the connection closes, or `waitMs` after the last byte. */
export function rawRequest(port: number, bytes: string | Buffer, waitMs = 400): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    let timer = setTimeout(() => finish(false), waitMs)
    const finish = (isClosed: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      const [head = '', ...body] = text.split('\r\n\r\n')
      resolve({
        status: Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1] ?? 0),
        head,
        body: body.join('\r\n\r\n'),
        isClosed,
      })
    }
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      clearTimeout(timer)
      timer = setTimeout(() => finish(false), waitMs)
    })
    socket.on('close', () => finish(true))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? finish(true) : reject(error),
    )
    socket.write(bytes)
  })
}
