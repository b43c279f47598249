'use strict'
const { Cdp } = require('./cdp.cjs')

/** What the parts of the stand-in share: the app that runs, its place on disk, and the Chromium behind it. */
const environment = { manifest: {}, appDirectory: '', userData: '', cdp: null, isReady: false, isQuitting: false }
exports.environment = environment

exports.needReady = (what) => {
  if (!environment.isReady) throw new Error(`${what} cannot be used before app is ready`)
}

exports.cancellable = (more = {}) => ({
  defaultPrevented: false,
  preventDefault() {
    this.defaultPrevented = true
  },
  ...more,
})

/** What the app did to the world outside, for tests to look at. */
exports.recorded = { opened: [], notifications: [], loginItem: { openAtLogin: false }, switches: [] }

exports.open = ({ chromium, manifest, appDirectory, userData, electron }) => {
  Object.assign(environment, { manifest, appDirectory, userData, cdp: new Cdp(chromium) })
  chromium.on('exit', () => {
    if (!environment.isQuitting) process.exit(1)
  })
  electron.app.__open()
}
