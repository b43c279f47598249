'use strict'
const childProcess = require('node:child_process')
const { EventEmitter } = require('node:events')
const path = require('node:path')
const { needReady } = require('./environment.cjs')
const { PortWire } = require('./message-port.cjs')

const PARENT_PORT = path.join(__dirname, 'utility-parent-port.cjs')

/** A utility process is a plain Node process here, with `process.parentPort` put into it. */
exports.utilityProcess = {
  fork(file, args = [], options = {}) {
    needReady('utilityProcess')
    const stream = options.stdio === 'pipe' ? 'pipe' : 'inherit'
    const child = childProcess.fork(file, args, {
      execArgv: ['--require', PARENT_PORT, ...(options.execArgv ?? [])],
      env: options.env ?? process.env,
      serialization: 'advanced',
      stdio: ['ignore', stream, stream, 'ipc'],
    })
    const send = (message) => child.connected && child.send(message, () => {})
    const wire = new PortWire(send)
    const utility = new EventEmitter()
    child.on('spawn', () => utility.emit('spawn'))
    child.on('message', (message) => {
      if (message.kind === 'parent-message') utility.emit('message', message.data)
      else wire.receive(message)
    })
    child.on('exit', (code) => {
      wire.closeAll()
      utility.emit('exit', code ?? 1)
    })
    process.on('exit', () => child.kill('SIGKILL'))
    return Object.assign(utility, {
      get pid() {
        return child.pid
      },
      stdout: child.stdout,
      stderr: child.stderr,
      postMessage(data, transfer = []) {
        const ends = transfer.map((port) => port.__transfer())
        const ids = ends.map(() => wire.nextId())
        // The other side must know the ports before what waits in them comes.
        send({ kind: 'parent-message', data: structuredClone(data), ids })
        for (const [index, end] of ends.entries()) wire.forward(end, ids[index])
      },
      kill: () => child.kill(),
    })
  },
}
