'use strict'
const { EventEmitter } = require('node:events')
const path = require('node:path')
const { app } = require('./app.cjs')
const { cancellable, environment, needReady } = require('./environment.cjs')
const { session } = require('./session.cjs')
const { WebContents } = require('./web-contents.cjs')

/** A window: its page is real, its frame is remembered. Options that only a real frame has are ignored. */
class BrowserWindow extends EventEmitter {
  static #all = []
  #options
  #isVisible
  #isDestroyed = false

  static getAllWindows() {
    return [...BrowserWindow.#all]
  }

  static fromWebContents(contents) {
    return BrowserWindow.#all.find((window) => window.webContents === contents) ?? null
  }

  static getFocusedWindow() {
    return BrowserWindow.#all.find((window) => window.isFocused()) ?? null
  }

  constructor(options = {}) {
    super()
    needReady('BrowserWindow')
    const preferences = options.webPreferences ?? {}
    if (preferences.preload && !path.isAbsolute(preferences.preload))
      throw new Error(`preload script must have absolute path: ${preferences.preload}`)
    this.#options = options
    this.#isVisible = options.show !== false
    this.id = BrowserWindow.#all.push(this)
    const ofSession = preferences.session ?? session.fromPartition(preferences.partition ?? '')
    this.webContents = new WebContents(ofSession, preferences, options)
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
    app.emit('browser-window-created', {}, this)
    app.emit('web-contents-created', {}, this.webContents)
  }

  loadURL(url) {
    return this.webContents.loadURL(url)
  }

  show() {
    this.#isVisible = true
    this.emit('show')
    this.focus()
  }

  hide() {
    this.#isVisible = false
    this.emit('hide')
  }

  focus() {
    this.emit('focus')
  }

  isVisible() {
    return this.#isVisible
  }

  isFocused() {
    return this.#isVisible
  }

  isMinimized() {
    return false
  }

  restore() {}

  getTitle() {
    return this.#options.title ?? ''
  }

  getBounds() {
    const { width = 800, height = 600 } = this.#options
    return { x: 0, y: 0, width, height }
  }

  isDestroyed() {
    return this.#isDestroyed
  }

  close() {
    if (this.#isDestroyed) return
    const event = cancellable()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }

  destroy() {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    BrowserWindow.#all = BrowserWindow.#all.filter((window) => window !== this)
    this.webContents.destroy()
    this.emit('closed')
    if (BrowserWindow.#all.length > 0 || environment.isQuitting) return
    // As in Electron: without a listener the last window takes the app with it.
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed')
    else app.quit()
  }
}
exports.BrowserWindow = BrowserWindow
