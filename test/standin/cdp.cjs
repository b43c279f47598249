'use strict'
const { EventEmitter } = require('node:events')

/** Chromium's debugging protocol over its pipe. Events of a session are emitted as `<session>:<method>`. */
exports.Cdp = class Cdp extends EventEmitter {
  #lastId = 0
  #waiting = new Map()
  #rest = ''
  #output

  constructor(chromium) {
    super()
    this.setMaxListeners(0)
    this.#output = chromium.stdio[3]
    this.#output.on('error', () => {})
    const input = chromium.stdio[4]
    input.setEncoding('utf8')
    input.on('data', (text) => {
      const messages = (this.#rest + text).split('\0')
      this.#rest = messages.pop()
      for (const message of messages) this.#receive(JSON.parse(message))
    })
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method })
      this.#output.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
  }

  #receive(message) {
    const waiting = message.id && this.#waiting.get(message.id)
    if (!waiting) {
      this.emit(message.sessionId ? `${message.sessionId}:${message.method}` : message.method, message.params)
      return
    }
    this.#waiting.delete(message.id)
    if (message.error) waiting.reject(new Error(`${waiting.method}: ${message.error.message}`))
    else waiting.resolve(message.result)
  }
}
