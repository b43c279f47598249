'use strict'
// What `electron` means under ./electron. Pages, preload worlds and custom schemes are real Chromium, over its debugging
// pipe. Tray, menus, dialogs, notices and the keyring are remembered objects that follow Electron's documented behaviour,
// its awkward parts above all: a stand-in that is kinder than Electron hides bugs.
const system = require('./system.cjs')
const menus = require('./menu.cjs')
const ports = require('./message-port.cjs')
const sessions = require('./session.cjs')

exports.app = require('./app.cjs').app
exports.BrowserWindow = require('./browser-window.cjs').BrowserWindow
exports.clipboard = system.clipboard
exports.crashReporter = system.crashReporter
exports.dialog = system.dialog
exports.ipcMain = require('./ipc-main.cjs').ipcMain
exports.Menu = menus.Menu
exports.MenuItem = menus.MenuItem
exports.MessageChannelMain = ports.MessageChannelMain
exports.nativeImage = system.nativeImage
exports.nativeTheme = require('./native-theme.cjs').nativeTheme
exports.net = system.net
exports.Notification = system.Notification
exports.powerMonitor = system.powerMonitor
exports.powerSaveBlocker = system.powerSaveBlocker
exports.protocol = sessions.protocol
exports.safeStorage = require('./safe-storage.cjs').safeStorage
exports.session = sessions.session
exports.shell = system.shell
exports.Tray = menus.Tray
exports.utilityProcess = require('./utility-process.cjs').utilityProcess
exports.webContents = require('./web-contents.cjs').WebContents
exports.__recorded = require('./environment.cjs').recorded
