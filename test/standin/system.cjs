'use strict'
const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const { recorded } = require('./environment.cjs')

let clipboardText = ''

exports.shell = {
  openExternal: async (url) => {
    recorded.opened.push(new URL(url).href)
  },
  openPath: async (file) => {
    recorded.opened.push(file)
    return ''
  },
  showItemInFolder() {},
}

/** Asynchronous since Electron 44. */
exports.clipboard = {
  readText: async () => clipboardText,
  writeText: async (text) => {
    clipboardText = text
  },
  clear: async () => {
    clipboardText = ''
  },
}

exports.dialog = {
  showMessageBox: async () => ({ response: 0, checkboxChecked: false }),
  showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
  showSaveDialog: async () => ({ canceled: true, filePath: '' }),
  showErrorBox() {},
}

exports.powerMonitor = Object.assign(new EventEmitter(), { getSystemIdleTime: () => 0, isOnBatteryPower: () => false })
exports.powerSaveBlocker = { start: () => 1, stop: () => true, isStarted: () => false }

exports.Notification = class Notification extends EventEmitter {
  static isSupported() {
    return true
  }

  constructor(options) {
    super()
    this.options = options
  }

  show() {
    recorded.notifications.push(this.options)
    this.emit('show', {})
  }

  close() {}
}

exports.nativeImage = {
  createFromPath: (file) => ({ isEmpty: () => !fs.existsSync(file), setTemplateImage() {} }),
  createEmpty: () => ({ isEmpty: () => true }),
}
exports.net = { fetch: (url, options) => globalThis.fetch(url, options), isOnline: () => true }
exports.crashReporter = { start() {} }
