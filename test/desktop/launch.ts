import { mkdtempSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { _electron, test as base, type ElectronApplication } from '@playwright/test'
import { BUILT_APP } from '../support/build-fake-app.ts'

/** One suite, two engines: `ELECTRON_PATH` names a real Electron; without it the stand-in runs. */
export const engine = process.env.ELECTRON_PATH ?? path.join(import.meta.dirname, '../standin/electron')
export const isStandIn = process.env.ELECTRON_PATH === undefined
export type Launched = { readonly app: ElectronApplication; readonly userData: string; readonly port: number }

/** `launch` starts an app that ends with the test. */
export const test = base.extend<{ launch: (env?: Record<string, string>) => Promise<Launched> }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern.
  launch: async ({}, use) => {
    const launched: Launched[] = []
    await use(async (env) => {
      const one = await start(env)
      launched.push(one)
      return one
    })
    for (const { app } of launched) await app.close().catch(() => undefined)
  },
})

export async function start(env: Record<string, string> = {}, userData = newUserData()): Promise<Launched> {
  const port = await freePort()
  writeFileSync(path.join(userData, 'config.json'), JSON.stringify({ version: 1, server: { port } }))
  const { ELECTRON_RUN_AS_NODE: _, ...inherited } = process.env
  const app = await _electron.launch({
    executablePath: engine,
    args: [BUILT_APP, `--user-data-dir=${userData}`],
    env: { ...(inherited as Record<string, string>), APP_TEST: '1', ...env },
  })
  return { app, userData, port }
}

export const argumentsFor = (userData: string) => [BUILT_APP, `--user-data-dir=${userData}`, '--no-sandbox']

export const newUserData = () => mkdtempSync(path.join(os.tmpdir(), 'portside-desktop-'))

type TestHook = { readonly menu: () => Electron.Menu }
declare global {
  var portsideTest: TestHook | undefined
}

/** Clicks an entry of the tray's menu. */
export const clickTray = (app: ElectronApplication, id: string) =>
  app.evaluate((_electron, item) => {
    const found = globalThis.portsideTest?.menu().getMenuItemById(item)
    if (!found) throw new Error(`the tray has no entry ${item}`)
    found.click()
  }, id)

/** The label of an entry of the tray's menu. */
export const trayLabel = (app: ElectronApplication, id: string) =>
  app.evaluate((_electron, item) => globalThis.portsideTest?.menu().getMenuItemById(item)?.label ?? null, id)

export const isWindowVisible = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() ?? false)

/** True where something listens at the port. */
export async function isListening(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/health`)
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
