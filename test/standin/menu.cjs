'use strict'
const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const { app } = require('./app.cjs')
const { needReady } = require('./environment.cjs')

const ROLES = { quit: () => app.quit(), close: (window) => window?.close(), minimize: (window) => window?.minimize() }
const defaults = { enabled: true, visible: true, checked: false }

class MenuItem {
  constructor(options) {
    const type = options.submenu ? 'submenu' : 'normal'
    Object.assign(this, { ...defaults, type, label: options.role ?? '', ...options })
    if (Array.isArray(options.submenu)) this.submenu = Menu.buildFromTemplate(options.submenu)
    this.click = (event = {}) => this.#click(options, event)
  }

  #click(options, event) {
    if (!this.enabled) return
    const { BrowserWindow } = require('./browser-window.cjs')
    const focused = BrowserWindow.getFocusedWindow()
    if (this.type === 'checkbox') this.checked = !this.checked
    if (this.type === 'radio') {
      for (const item of this.menu.items) if (item.type === 'radio') item.checked = item === this
    }
    const role = ROLES[options.role]
    if (role) role(focused)
    else options.click?.(this, focused, event)
  }
}

class Menu extends EventEmitter {
  static #application = null
  items = []

  static setApplicationMenu(menu) {
    Menu.#application = menu
  }

  static getApplicationMenu() {
    return Menu.#application
  }

  static buildFromTemplate(template) {
    if (!Array.isArray(template)) throw new TypeError('Invalid template for Menu: Menu template must be an array')
    const menu = new Menu()
    for (const options of template) {
      if (!options.label && !options.role && options.type !== 'separator')
        throw new TypeError('Invalid template for MenuItem: must have label, role or type')
      menu.append(options instanceof MenuItem ? options : new MenuItem(options))
    }
    return menu
  }

  append(item) {
    item.menu = this
    this.items.push(item)
  }

  getMenuItemById(id) {
    for (const item of this.items) {
      if (item.id === id) return item
      const inside = item.submenu?.getMenuItemById(id)
      if (inside) return inside
    }
    return null
  }

  popup() {
    this.emit('menu-will-show')
  }

  closePopup() {}
}

class Tray extends EventEmitter {
  static all = []

  constructor(image) {
    super()
    needReady('Tray')
    this.setImage(image)
    Tray.all.push(this)
  }

  setImage(image) {
    if (typeof image === 'string' && !fs.existsSync(image)) throw new Error(`Failed to load image from path '${image}'`)
    this.image = image
  }

  setToolTip(text) {
    this.toolTip = text
  }

  setTitle(text) {
    this.title = text
  }

  setContextMenu(menu) {
    this.menu = menu
  }

  popUpContextMenu() {}

  destroy() {
    this.destroyed = true
  }

  isDestroyed() {
    return Boolean(this.destroyed)
  }
}

module.exports = { Menu, MenuItem, Tray }
