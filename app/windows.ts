import type { BrowserWindow } from 'electron'
import { PAGE_URL } from './app-protocol.ts'
import { CHANNELS, type Place } from './channels.ts'
import { createSecureWindow } from './secure-window.ts'

const MOST_RELOADS = 3

/** The main window: made when it is first asked for, hidden when it is closed, and shown again. */
export class MainWindow {
  readonly #preload: string
  readonly #isQuitting: () => boolean
  #window: BrowserWindow | undefined

  constructor(preload: string, isQuitting: () => boolean) {
    this.#preload = preload
    this.#isQuitting = isQuitting
  }

  show(place?: Place): void {
    if (!this.#window) {
      this.#window = this.#open(place)
      return
    }
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
    if (place) this.#window.webContents.send(CHANNELS.show, place)
  }

  /** Tells the page that its port leads nowhere any more. */
  announceProxyGone(): void {
    this.#window?.webContents.send(CHANNELS.proxyGone)
  }

  #open(place: Place | undefined): BrowserWindow {
    const window = createSecureWindow(this.#preload, {
      name: 'main',
      windowStatePersistence: true,
      title: 'Portside',
      width: 1280,
      height: 800,
      minWidth: 720,
      minHeight: 480,
      show: false,
      autoHideMenuBar: true,
    })
    window.once('ready-to-show', () => window.show())
    window.on('close', (event) => {
      if (this.#isQuitting()) return
      event.preventDefault()
      window.hide()
    })
    window.on('closed', () => {
      this.#window = undefined
    })
    this.#reloadAfterCrash(window)
    // A page that cannot be loaded is not an error of this call: the window then says so itself.
    void window.loadURL(`${PAGE_URL}${place ?? ''}`).catch(() => undefined)
    return window
  }

  #reloadAfterCrash({ webContents }: BrowserWindow): void {
    let reloads = 0
    webContents.on('render-process-gone', () => {
      reloads += 1
      if (reloads <= MOST_RELOADS) webContents.reload()
    })
  }
}
