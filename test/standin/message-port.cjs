'use strict'
const { EventEmitter } = require('node:events')

/** One end of a channel. What arrives waits until somebody listens, as in Electron. */
class End {
  peer = null
  listener = null
  waiting = []
  isClosed = false

  receive(message) {
    if (this.isClosed) return
    if (this.listener) this.listener.onMessage(message)
    else this.waiting.push(message)
  }

  listen(listener) {
    this.listener = listener
    for (const message of this.waiting.splice(0)) listener.onMessage(message)
    if (this.isClosed) listener.onClose()
  }

  close() {
    if (this.isClosed) return
    this.isClosed = true
    this.listener?.onClose()
    this.peer.close()
  }
}

function createEnds() {
  const [one, other] = [new End(), new End()]
  one.peer = other
  other.peer = one
  return [one, other]
}

/** A port in a Node process: queued until `start`, and of no use after it was given away. */
class MessagePortMain extends EventEmitter {
  #end

  constructor(end) {
    super()
    this.#end = end
  }

  postMessage(message, transfer = []) {
    if (transfer.length > 0) throw new Error('The stand-in does not pass ports through ports')
    const cloned = structuredClone(message)
    if (this.#end) setImmediate((end) => end.peer.receive(cloned), this.#end)
  }

  start() {
    this.#end?.listen({
      onMessage: (data) => this.emit('message', { data, ports: [] }),
      onClose: () => setImmediate(() => this.emit('close')),
    })
  }

  close() {
    this.#end?.close()
  }

  /** Gives the end away; from now on this object is neutered. */
  __transfer() {
    if (!this.#end) throw new Error('Port at index 0 is already neutered.')
    const end = this.#end
    this.#end = null
    return end
  }
}

class MessageChannelMain {
  constructor() {
    const [one, other] = createEnds()
    this.port1 = new MessagePortMain(one)
    this.port2 = new MessagePortMain(other)
  }
}

/** Carries ends over a wire to another process or page; each is known there by its number. */
class PortWire {
  #send
  #ends = new Map()
  #lastId = 0

  constructor(send) {
    this.#send = send
  }

  nextId() {
    return ++this.#lastId
  }

  /** Sends an end away: what arrives at it, and what waits there, goes over the wire. */
  forward(end, id) {
    this.#ends.set(id, end)
    end.listen({
      onMessage: (data) => this.#send({ kind: 'port-message', id, data }),
      onClose: () => this.#ends.delete(id) && this.#send({ kind: 'port-close', id }),
    })
  }

  /** Makes the near end of a port that lives on the other side of the wire. */
  accept(id) {
    const [near, far] = createEnds()
    this.forward(far, id)
    return new MessagePortMain(near)
  }

  receive({ kind, id, data }) {
    const end = this.#ends.get(id)
    if (kind === 'port-message') end?.peer.receive(data)
    if (kind === 'port-close') this.#close(id)
  }

  /** The other side is gone, and with it all its ports. */
  closeAll() {
    for (const id of [...this.#ends.keys()]) this.#close(id)
  }

  #close(id) {
    const end = this.#ends.get(id)
    this.#ends.delete(id)
    end?.close()
  }
}

module.exports = { MessagePortMain, MessageChannelMain, PortWire }
