'use strict'
const { EventEmitter } = require('node:events')

const handlers = new Map()
const ipcMain = new EventEmitter()
exports.ipcMain = ipcMain

ipcMain.handle = (channel, handler) => {
  if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
  handlers.set(channel, handler)
}
ipcMain.handleOnce = (channel, handler) =>
  ipcMain.handle(channel, (...values) => {
    handlers.delete(channel)
    return handler(...values)
  })
ipcMain.removeHandler = (channel) => handlers.delete(channel)

ipcMain.__invoke = (channel, event, values) => {
  const handler = handlers.get(channel)
  if (!handler) throw new Error(`No handler registered for '${channel}'`)
  return handler(event, ...values)
}
