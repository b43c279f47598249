'use strict'
const { EventEmitter } = require('node:events')
const { PortWire } = require('./message-port.cjs')

// Runs first in every utility process: the port to main, whose messages wait until somebody listens.
const wire = new PortWire((message) => process.connected && process.send(message, () => {}))
const waiting = []

class ParentPort extends EventEmitter {
  on(event, listener) {
    super.on(event, listener)
    if (event === 'message') for (const message of waiting.splice(0)) this.emit('message', message)
    return this
  }

  postMessage(data) {
    process.send({ kind: 'parent-message', data: structuredClone(data) })
  }
}

const parentPort = new ParentPort()
process.parentPort = parentPort
process.on('message', (message) => {
  if (message.kind !== 'parent-message') return wire.receive(message)
  const event = { data: message.data, ports: message.ids.map((id) => wire.accept(id)) }
  if (parentPort.listenerCount('message') > 0) parentPort.emit('message', event)
  else waiting.push(event)
})
// Main has gone: a utility process does not outlive it.
process.on('disconnect', () => process.exit(0))
