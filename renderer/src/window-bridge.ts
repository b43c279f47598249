/** What the desktop window's preload offers a page: verbs, and nothing of Electron. */
export type WindowBridge = {
  /** Asks for a new control port; it arrives as a window message that carries the same ticket. */
  readonly connect: (ticket: string) => void
  readonly copyText: (text: string) => Promise<void>
  readonly quit: () => Promise<void>
  /** Calls back when the proxy's process has ended, and every port to it with it. */
  readonly onGone: (callback: () => void) => () => void
  /** Calls back with the place the tray menu wants shown; the answer ends that. */
  readonly onShow: (callback: (place: string) => void) => () => void
}
