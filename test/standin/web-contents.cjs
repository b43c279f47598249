'use strict'
const { EventEmitter } = require('node:events')
const crypto = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { cancellable, environment } = require('./environment.cjs')
const { ipcMain } = require('./ipc-main.cjs')
const { PortWire } = require('./message-port.cjs')
const { fromChromium, toChromium } = require('./session.cjs')
const { applyTheme } = require('./native-theme.cjs')
const { pack, unpack } = require('./wire.cjs')

const SETTLING_MS = 300
const WORLD = 'Electron Isolated Context'
const WIRE = `__bridge_${crypto.randomUUID()}_`
const sourceOf = (name) => fs.readFileSync(path.join(__dirname, name), 'utf8').replaceAll('__WIRE__', WIRE)

class WebFrame {
  constructor(url) {
    this.url = url
    this.top = this
    this.parent = null
  }
  get origin() {
    return new URL(this.url).origin
  }
}

/** One page in the real Chromium, with its preload in a world of its own. */
class WebContents extends EventEmitter {
  static all = []
  mainFrame = new WebFrame('')
  #contexts = new Map()
  #world
  #opener = () => ({ action: 'allow' })
  #expectedUrl
  #targetId
  #sessionId
  #ports = new PortWire((message) => this.#evaluateInWorld('__standinPort', { ...message, data: pack([message.data]) }))

  constructor(session, preferences, size) {
    super()
    this.id = WebContents.all.push(this)
    this.session = session
    this.preferences = preferences
    this.opened = this.#open(size)
    this.opened.catch((error) => console.error(error))
  }

  static getAllWebContents() {
    return WebContents.all.filter((contents) => !contents.isDestroyed())
  }

  /** Denied windows are closed again: Chromium opens them before anyone can be asked. */
  static judgeOpened({ type, openerId, targetId, url }) {
    const opener = type === 'page' && openerId && WebContents.all.find((one) => one.#targetId === openerId)
    if (!opener) return
    const { action } = opener.#opener({ url: fromChromium(url), disposition: 'foreground-tab' })
    if (action !== 'deny') return
    const close = () => environment.cdp.send('Target.closeTarget', { targetId }).catch(() => {})
    // Playwright holds a new page until it has looked at it; closed before that, its opener would hang for ever.
    setTimeout(close, SETTLING_MS)
  }

  call(method, params) {
    return environment.cdp.send(method, params, this.#sessionId)
  }

  async #open({ width = 800, height = 600 }) {
    const { cdp } = environment
    const target = { url: 'about:blank', newWindow: true, width, height }
    this.#targetId = (await cdp.send('Target.createTarget', target)).targetId
    const attached = await cdp.send('Target.attachToTarget', { targetId: this.#targetId, flatten: true })
    this.#sessionId = attached.sessionId
    this.#follow()
    await this.call('Page.enable')
    await this.call('Runtime.enable')
    await this.call('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
    await this.call('Runtime.addBinding', { name: '__standinIpc', executionContextName: WORLD })
    if (this.preferences.preload) await this.#addPreload()
    await applyTheme(this)
    // The size of the page, without Chromium's own tab strip and address bar.
    await this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 0, mobile: false })
  }

  async #addPreload() {
    const { platform, arch, versions } = process
    const sandboxed = { platform, arch, versions: { electron: versions.electron }, env: {}, sandboxed: true, type: 'renderer' }
    await this.call('Page.addScriptToEvaluateOnNewDocument', { source: sourceOf('page-bridge.js') })
    const source = sourceOf('preload-runtime.js')
      .replace('__PROCESS__', () => JSON.stringify(sandboxed))
      .replace('__PRELOAD__', () => fs.readFileSync(this.preferences.preload, 'utf8'))
    await this.call('Page.addScriptToEvaluateOnNewDocument', { worldName: WORLD, source })
  }

  #follow() {
    const on = (method, listener) => environment.cdp.on(`${this.#sessionId}:${method}`, listener)
    on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name !== WORLD) return
      this.#contexts.set(context.id, context)
      if (context.auxData.frameId === this.#targetId) this.#world = context.id
    })
    on('Runtime.executionContextDestroyed', ({ executionContextId }) => this.#forgetContext(executionContextId))
    on('Runtime.executionContextsCleared', () => {
      for (const id of [...this.#contexts.keys()]) this.#forgetContext(id)
    })
    on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId) return
      this.mainFrame = new WebFrame(fromChromium(frame.url))
      this.emit('did-navigate', {}, this.mainFrame.url)
    })
    on('Page.loadEventFired', () => {
      this.emit('dom-ready')
      this.emit('did-finish-load')
    })
    on('Inspector.targetCrashed', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 }))
    on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === '__standinIpc') this.#receive(JSON.parse(payload), executionContextId)
    })
    on('Fetch.requestPaused', (request) => this.#answer(request).catch(() => {}))
  }

  #forgetContext(id) {
    this.#contexts.delete(id)
    if (this.#world !== id) return
    this.#world = undefined
    this.#ports.closeAll()
  }

  #receive(message, contextId) {
    if (message.kind.startsWith('port-')) {
      const data = message.data && unpack(message.data)[0]
      return this.#ports.receive({ ...message, data })
    }
    const isMainFrame = this.#contexts.get(contextId)?.auxData.frameId === this.#targetId
    const event = { sender: this, senderFrame: isMainFrame ? this.mainFrame : null, processId: 1, frameId: 1, ports: [] }
    if (message.kind === 'invoke') return this.#invoke(message, event, contextId)
    event.ports = (message.ports ?? []).map((id) => this.#ports.accept(id))
    ipcMain.emit(message.channel, event, ...unpack(message.values))
  }

  async #invoke({ id, channel, values }, event, contextId) {
    let error
    let value
    try {
      value = pack(await ipcMain.__invoke(channel, event, unpack(values)))
    } catch (thrown) {
      console.error(`Error occurred in handler for '${channel}':`, thrown)
      error = `Error invoking remote method '${channel}': ${thrown}`
    }
    const answer = [id, error, value].map((part) => JSON.stringify(part) ?? 'undefined').join(', ')
    this.call('Runtime.evaluate', { contextId, expression: `__standinReply(${answer})` }).catch(() => {})
  }

  async #answer(paused) {
    const { requestId, request, resourceType, frameId } = paused
    const url = fromChromium(request.url)
    const fail = (errorReason) => this.call('Fetch.failRequest', { requestId, errorReason })
    const isNavigation = resourceType === 'Document' && frameId === this.#targetId
    if (isNavigation && this.#expectedUrl !== request.url) {
      const event = cancellable({ url, isMainFrame: true })
      this.emit('will-navigate', event, url)
      if (event.defaultPrevented) return fail('Aborted')
    }
    if (isNavigation) this.#expectedUrl = undefined
    const handler = this.session.schemes.get(url.slice(0, url.indexOf(':')))
    if (!handler) return this.call('Fetch.continueRequest', { requestId })
    const { method, headers, postData: body } = request
    try {
      const response = await handler(new Request(url, { method, headers, body }))
      await this.#fulfil(requestId, response)
    } catch (error) {
      console.error(error)
      await fail('Failed')
    }
  }

  async #fulfil(requestId, response) {
    const responseHeaders = [...response.headers].map(([name, value]) => ({ name, value }))
    const body = Buffer.from(await response.arrayBuffer()).toString('base64')
    await this.call('Fetch.fulfillRequest', { requestId, responseCode: response.status, responseHeaders, body })
  }

  #evaluateInWorld(name, ...values) {
    if (this.#world === undefined) return
    const expression = `${name}(${values.map((value) => JSON.stringify(value)).join(', ')})`
    this.call('Runtime.evaluate', { contextId: this.#world, expression }).catch(() => {})
  }

  async loadURL(url) {
    await this.opened
    const target = toChromium(url)
    this.#expectedUrl = target.replace(/#.*$/, '')
    const { errorText } = await this.call('Page.navigate', { url: target })
    if (!errorText) return
    this.emit('did-fail-load', {}, -2, errorText, url, true)
    throw new Error(`${errorText} loading '${url}'`)
  }

  send(channel, ...values) {
    this.#evaluateInWorld('__standinEmit', channel, pack(values))
  }

  async executeJavaScript(expression) {
    await this.opened
    const answer = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description)
    return answer.result.value
  }

  reload() {
    this.#expectedUrl = toChromium(this.mainFrame.url).replace(/#.*$/, '')
    return this.call('Page.reload')
  }

  setWindowOpenHandler(opener) {
    this.#opener = opener
  }

  getLastWebPreferences() {
    return { ...this.preferences }
  }

  getURL() {
    return this.mainFrame.url
  }

  isDestroyed() {
    return Boolean(this.destroyed)
  }

  openDevTools() {}

  destroy() {
    this.destroyed = true
    this.#ports.closeAll()
    environment.cdp.send('Target.closeTarget', { targetId: this.#targetId }).catch(() => {})
  }
}
exports.WebContents = WebContents
