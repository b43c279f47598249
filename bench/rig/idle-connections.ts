import { connect, type Socket } from 'node:net'

/** Connections that are opened at a time: more would only queue at the gateway's port. */
const AT_A_TIME = 256

export type IdleConnections = {
  /** How many are still open. */
  open(): number
  close(): void
}

/**
 * Opens that many connections and keeps them open. With a request, each makes it once, and the promise waits until every
 * one has had an answer with status 200. Rejects when one is refused, lost or answered otherwise.
 */
export async function openIdle(port: number, count: number, request?: Buffer): Promise<IdleConnections> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Math.min(AT_A_TIME, count - sockets.length)
    sockets.push(...(await Promise.all(Array.from({ length: some }, () => openOne(port, request)))))
  }
  return {
    open: () => sockets.filter((socket) => !socket.destroyed).length,
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function openOne(port: number, request: Buffer | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      if (request === undefined) resolve(socket.resume())
      else socket.write(request)
    })
    socket.once('data', (bytes) => {
      const status = bytes.toString('latin1', 9, 12)
      if (status === '200') resolve(socket)
      else reject(new Error(`status ${status}: ${bytes.toString('latin1', 0, 300)}`))
      socket.resume()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('an idle connection was closed')))
  })
}
