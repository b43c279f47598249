import { type ElectronApplication, expect, type Page, test } from '@playwright/test'
import { start } from './launch.ts'

let app: ElectronApplication
let page: Page
test.beforeAll(async () => {
  app = (await start()).app
  page = await app.firstWindow()
  await page.getByRole('region', { name: 'Proxy' }).waitFor()
})
test.afterAll(() => app.close())

const ownUrl = () =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL())

test('a page has nothing of Node or Electron but the verbs', async () => {
  const seen = await page.evaluate(() => ({
    globals: ['require', 'process', 'module', 'ipcRenderer', 'Buffer', 'global'].filter(
      (name) => name in globalThis,
    ),
    verbs: Object.keys(Reflect.get(globalThis, 'portside')).sort(),
  }))
  expect(seen).toEqual({ globals: [], verbs: ['connect', 'copyText', 'onGone', 'onShow', 'quit'] })
})

test('the verbs cannot be replaced', async () => {
  const isReplaced = await page.evaluate(() => {
    const bridge = Reflect.get(globalThis, 'portside')
    return Reflect.set(bridge, 'copyText', () => undefined) || Reflect.set(globalThis, 'portside', {})
  })
  expect(isReplaced).toBe(false)
})

test('navigation elsewhere is refused', async () => {
  await page.evaluate(() => {
    window.location.href = 'https://example.com/'
  })
  await expect(page.getByRole('region', { name: 'Proxy' })).toBeVisible()
  expect(await ownUrl()).toMatch(/^app:\/\/bundle\/index\.html/)
})

test('no window can be opened', async () => {
  await page.evaluate(() => {
    setTimeout(() => Reflect.set(window, 'opened', [window.open('https://example.com/')]))
  })
  await page.waitForFunction(() => 'opened' in window)
  await expect.poll(() => app.windows().length).toBe(1)
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('the policy blocks inline scripts, other origins and frames', async () => {
  const outcome = await page.evaluate(async () => {
    const violations: string[] = []
    const all = new Promise<void>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        if (violations.push(event.effectiveDirective) === 3) resolve()
      })
    })
    const script = document.createElement('script')
    script.textContent = 'window.__pwned = true'
    document.body.append(script)
    const frame = document.createElement('iframe')
    frame.src = 'https://example.com/'
    document.body.append(frame)
    const fetched = await fetch('https://example.com/').then(
      () => 'loaded',
      () => 'blocked',
    )
    await all
    return { fetched, pwned: '__pwned' in window, violations: violations.sort() }
  })
  expect(outcome).toEqual({
    fetched: 'blocked',
    pwned: false,
    violations: ['connect-src', 'frame-src', 'script-src-elem'],
  })
})

test('what a page sends is checked', async () => {
  const refused = await page.evaluate(() =>
    Reflect.get(globalThis, 'portside')
      .copyText({ toString: 'no' })
      .then(
        () => 'taken',
        (error: Error) => error.message,
      ),
  )
  expect(refused).toContain("Error invoking remote method 'portside:copy-text'")
})

test('every window is sandboxed, and permissions are denied', async () => {
  const preferences = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => {
      // Not in Electron's own types, but in Electron.
      const read: () => Electron.WebPreferences = Reflect.get(webContents, 'getLastWebPreferences')
      const { sandbox, contextIsolation, nodeIntegration, webviewTag } = read.call(webContents)
      return { sandbox, contextIsolation, nodeIntegration, webviewTag }
    }),
  )
  expect(preferences).toEqual([
    { sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false },
  ])
})
