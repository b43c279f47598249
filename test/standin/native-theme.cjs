'use strict'
const { EventEmitter } = require('node:events')

const nativeTheme = new EventEmitter()
let source = 'system'

/** Shows a page the theme that the app chose. */
exports.applyTheme = (contents) => {
  const features = source === 'system' ? [] : [{ name: 'prefers-color-scheme', value: source }]
  return contents.call('Emulation.setEmulatedMedia', { features })
}

Object.defineProperties(nativeTheme, {
  shouldUseDarkColors: { get: () => source === 'dark' },
  themeSource: {
    get: () => source,
    set(value) {
      source = value
      const { WebContents } = require('./web-contents.cjs')
      for (const contents of WebContents.getAllWebContents()) exports.applyTheme(contents).catch(() => {})
      nativeTheme.emit('updated')
    },
  },
})
exports.nativeTheme = nativeTheme
