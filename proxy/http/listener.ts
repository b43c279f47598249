import type { Server } from 'node:http'
import { isIPv6, Server as NetServer, type Socket } from 'node:net'
import { describeHolder } from './port-holder.ts'

/** The sockets that listen for one proxy: both loopbacks for a loopback host, one address otherwise. */
export type Listener = {
  readonly port: number
  /** The loopback that somebody else holds, and who; null where all is well. */
  readonly partial: string | null
  /** Stops taking connections and closes those that wait between requests. */
  stopListening(): void
  /** Stops taking connections; those that are kept may send one more request, and are then closed. */
  retire(): void
  hasConnections(): boolean
  /** Cuts every connection that is left. */
  destroyAll(): void
}

/** The port cannot be had. `code` is `port-in-use` or `listen-failed`. */
export class ProxyStartError extends Error {
  readonly code: 'port-in-use' | 'listen-failed'
  constructor(code: 'port-in-use' | 'listen-failed', message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ProxyStartError'
    this.code = code
  }
}

export type ListenOptions = {
  readonly host: string
  readonly port: number
  readonly createServer: () => Server
}

/** Opens the port. A loopback host opens 127.0.0.1 and ::1, because `localhost` may lead to either (SEC-07). */
export async function listen(options: ListenOptions): Promise<Listener> {
  const hosts = isLoopback(options.host) ? ['127.0.0.1', '::1'] : [options.host]
  const servers: Server[] = []
  const sockets = new Set<Socket>()
  let port = options.port
  let partial: string | null = null
  for (const host of hosts) {
    const server = options.createServer()
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    try {
      port = await bind(server, host, port)
      servers.push(server)
    } catch (error) {
      if (servers.length > 0) {
        if (codeOf(error) === 'EADDRINUSE')
          partial = `[::1]:${port} is held by ${await describeHolder(port)}; use 127.0.0.1 in clients`
        continue
      }
      throw await startError(error, host, port)
    }
  }
  return {
    port,
    partial,
    stopListening() {
      for (const server of servers) {
        sayGoodbye(server)
        server.close()
        server.closeIdleConnections()
      }
    },
    retire() {
      for (const server of servers) {
        sayGoodbye(server)
        // Not the HTTP server's own close, which would cut kept connections under a request that is on its way.
        NetServer.prototype.close.call(server)
      }
    },
    hasConnections: () => sockets.size > 0,
    destroyAll() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Answers from now on tell their client not to use the connection again (REL-29). */
function sayGoodbye(server: Server): void {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host)
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true, ipv6Only: isIPv6(host) }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function startError(error: unknown, host: string, port: number): Promise<ProxyStartError> {
  const message = error instanceof Error ? error.message : String(error)
  if (codeOf(error) !== 'EADDRINUSE')
    return new ProxyStartError('listen-failed', `Cannot listen on ${host}:${port}: ${message}`, error)
  const holder = await describeHolder(port)
  return new ProxyStartError(
    'port-in-use',
    `Port ${port} is used by ${holder}; stop it, or start Portside with --port`,
    error,
  )
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
