'use strict'
const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { cancellable, environment, recorded } = require('./environment.cjs')
const { holdSingleInstance } = require('./single-instance.cjs')

const app = new EventEmitter()
exports.app = app

let resolveReady
const whenReady = new Promise((resolve) => {
  resolveReady = resolve
})
let mainModuleEvaluated
const evaluated = new Promise((resolve) => {
  mainModuleEvaluated = resolve
})

const places = () => ({
  userData: environment.userData,
  sessionData: environment.userData,
  home: os.homedir(),
  temp: os.tmpdir(),
  exe: process.execPath,
  logs: path.join(environment.userData, 'logs'),
})

Object.assign(app, {
  isPackaged: false,
  name: '',
  commandLine: {
    appendSwitch: (...parts) => recorded.switches.push(parts),
    hasSwitch: () => false,
    getSwitchValue: () => '',
  },
  dock: undefined,
  whenReady: () => whenReady,
  isReady: () => environment.isReady,
  getName: () => environment.manifest.productName ?? environment.manifest.name,
  getVersion: () => environment.manifest.version,
  getAppPath: () => environment.appDirectory,
  getLocale: () => 'en-US',
  getPath(name) {
    const place = places()[name]
    if (!place) throw new Error(`Failed to get '${name}' path`)
    return place
  },
  setPath(name, place) {
    if (name === 'userData') environment.userData = place
  },
  enableSandbox() {
    if (environment.isReady) throw new Error('app.enableSandbox() can only be called before app is ready')
  },
  disableHardwareAcceleration() {},
  setAppUserModelId() {},
  focus() {},
  show() {},
  hide() {},
  relaunch() {},
  getLoginItemSettings: () => ({ ...recorded.loginItem }),
  setLoginItemSettings(settings) {
    // Documented for macOS and Windows only; on Linux it does nothing.
    if (process.platform !== 'linux') Object.assign(recorded.loginItem, settings)
  },
  requestSingleInstanceLock: (data) => {
    fs.mkdirSync(environment.userData, { recursive: true })
    return holdSingleInstance({ app, directory: environment.userData, data })
  },
  exit: (code = 0) => process.exit(code),
  quit,
})

/** before-quit, then every window, then will-quit; each may stop it. */
function quit() {
  if (environment.isQuitting) return
  if (isStopped('before-quit')) return
  const { BrowserWindow } = require('./browser-window.cjs')
  for (const window of BrowserWindow.getAllWindows()) {
    window.close()
    if (!window.isDestroyed()) return
  }
  if (isStopped('will-quit')) return
  environment.isQuitting = true
  app.emit('quit', {}, 0)
  setTimeout(() => process.exit(0), 20)
}

function isStopped(name) {
  const event = cancellable()
  app.emit(name, event)
  return event.defaultPrevented
}

app.__mainModuleEvaluated = () => mainModuleEvaluated()

app.__open = async () => {
  app.name = app.getName()
  const { WebContents } = require('./web-contents.cjs')
  environment.cdp.on('Target.targetCreated', ({ targetInfo }) => WebContents.judgeOpened(targetInfo))
  await environment.cdp.send('Target.setDiscoverTargets', { discover: true })
  const { product } = await environment.cdp.send('Browser.getVersion')
  process.versions.chrome = product.replace(/^.*\//, '')
  await evaluated
  environment.isReady = true
  resolveReady({})
  app.emit('will-finish-launching')
  app.emit('ready', {})
}
