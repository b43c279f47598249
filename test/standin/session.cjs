'use strict'
const { EventEmitter } = require('node:events')
const { environment, needReady } = require('./environment.cjs')

const privileged = new Set()

/** `app://bundle/x` is shown to Chromium as `https://bundle.app.invalid/x`, and answered without any network. */
exports.toChromium = (url) => {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url)
  if (!match || !privileged.has(match[1])) return url
  return `https://${match[2]}.${match[1]}.invalid${match[3] || '/'}`
}

exports.fromChromium = (url) => {
  const match = /^https:\/\/(.+)\.([a-z][a-z0-9+-]*)\.invalid(\/.*)?$/i.exec(url)
  if (!match || !privileged.has(match[2])) return url
  return `${match[2]}://${match[1]}${match[3] ?? '/'}`
}

class Session extends EventEmitter {
  static all = new Map()
  schemes = new Map()

  constructor(partition) {
    super()
    this.partition = partition
    this.protocol = {
      handle: (scheme, handler) => {
        if (this.schemes.has(scheme)) throw new Error('Failed to register protocol: already registered')
        this.schemes.set(scheme, handler)
      },
      unhandle: (scheme) => this.schemes.delete(scheme),
      isProtocolHandled: (scheme) => this.schemes.has(scheme),
      registerSchemesAsPrivileged: (schemes) => {
        if (environment.isReady)
          throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
        for (const { scheme } of schemes) privileged.add(scheme)
      },
    }
  }

  setPermissionRequestHandler(handler) {
    this.permissionRequest = handler
  }

  setPermissionCheckHandler(handler) {
    this.permissionCheck = handler
  }

  fetch(url, options) {
    return globalThis.fetch(url, options)
  }
}

const session = {
  fromPartition(partition) {
    if (!Session.all.has(partition)) Session.all.set(partition, new Session(partition))
    return Session.all.get(partition)
  },
  get defaultSession() {
    needReady('Session')
    return session.fromPartition('')
  },
}
exports.session = session
exports.protocol = session.fromPartition('').protocol
