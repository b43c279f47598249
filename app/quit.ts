import { type App, dialog } from 'electron'
import type { ProxyHost } from './proxy-host.ts'

const DRAIN_LIMIT_MS = 10_000

export type Quitting = {
  readonly isQuitting: () => boolean
  /** Quits; asks once where requests would be cut off. */
  readonly ask: () => Promise<void>
}

/** Ends the app in order: windows close, the proxy drains within a limit, then the process ends. */
export function createQuitting(app: App, host: () => ProxyHost | undefined): Quitting {
  let isQuitting = false
  let isDrained = false
  app.on('before-quit', () => {
    isQuitting = true
  })
  app.on('will-quit', (event) => {
    if (isDrained) return
    event.preventDefault()
    // Never rejects: `finally` ends the process.
    void drain()
  })

  async function drain() {
    try {
      await host()?.close(DRAIN_LIMIT_MS)
    } finally {
      isDrained = true
      app.exit(0)
    }
  }
  return {
    isQuitting: () => isQuitting,
    ask: async () => {
      if (await mayQuit(host()?.view.status?.activeRequests ?? 0)) app.quit()
    },
  }
}

async function mayQuit(activeRequests: number): Promise<boolean> {
  if (activeRequests === 0) return true
  const count = activeRequests === 1 ? '1 request is' : `${activeRequests} requests are`
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `${count} still running.`,
    detail: 'Quitting waits for a few seconds and then cuts off what is left.',
    buttons: ['Quit', 'Keep running'],
    defaultId: 1,
    cancelId: 1,
  })
  return response === 0
}
