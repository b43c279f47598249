import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type BlackHole = { readonly port: number; close(): void }

const LISTEN =
  "require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},function(){console.log(this.address().port)})"
/** A connection on loopback is made at once or never. */
const NEVER_MS = 500
const MOST = 64

/**
 * A port on loopback that no connection to is ever made: its process stands still and its queue of connections is full,
 * so the system drops what else comes.
 */
export async function openBlackHole(): Promise<BlackHole> {
  const child: ChildProcess = spawn(process.execPath, ['-e', LISTEN], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout!, 'data')
  const port = Number(String(line))
  child.kill('SIGSTOP')
  const sockets: Socket[] = []
  const close = () => {
    for (const socket of sockets) socket.destroy()
    child.kill('SIGKILL')
  }
  for (let count = 0; count < MOST; count++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    sockets.push(socket)
    if (!(await isMade(socket))) return { port, close }
  }
  close()
  throw new Error('the queue of connections never filled')
}

function isMade(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), NEVER_MS)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
