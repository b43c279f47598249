import { spawn } from 'node:child_process'
import { expect } from '@playwright/test'
import {
  argumentsFor,
  clickTray,
  engine,
  isListening,
  isStandIn,
  isWindowVisible,
  test,
  trayLabel,
} from './launch.ts'

test.beforeAll(() => {
  process.stdout.write(`Engine: ${isStandIn ? 'the stand-in' : engine}\n`)
})

test('the window shows Home, over a port to the proxy in its own process', async ({ launch }) => {
  const { app, port } = await launch()
  const page = await app.firstWindow()
  await expect(
    page.getByRole('region', { name: 'Proxy' }).getByText('Running', { exact: true }),
  ).toBeVisible()
  await expect(page.getByRole('list', { name: 'Base URLs' })).toContainText(`http://127.0.0.1:${port}/v1`)
  expect(await isListening(port)).toBe(true)
})

test('the tray really closes the port and opens it again, and the window follows', async ({ launch }) => {
  const { app, port } = await launch()
  const page = await app.firstWindow()
  const proxy = page.getByRole('region', { name: 'Proxy' })
  await expect.poll(() => trayLabel(app, 'toggle')).toBe('Stop proxy')

  await clickTray(app, 'toggle')
  await expect.poll(() => trayLabel(app, 'state')).toBe('○ Stopped')
  expect(await isListening(port)).toBe(false)
  await expect(proxy.getByText('Stopped')).toBeVisible()

  await clickTray(app, 'toggle')
  await expect.poll(() => trayLabel(app, 'state')).toBe(`● Running - 127.0.0.1:${port}`)
  expect(await isListening(port)).toBe(true)
  await expect(proxy.getByText('Running', { exact: true })).toBeVisible()
})

test('the window starts and stops it as well', async ({ launch }) => {
  const { app, port } = await launch()
  const page = await app.firstWindow()
  await page.getByRole('button', { name: 'Stop proxy' }).click()
  await expect(page.getByRole('button', { name: 'Start proxy' })).toBeVisible()
  expect(await isListening(port)).toBe(false)
  await page.getByRole('button', { name: 'Start proxy' }).click()
  await expect(page.getByRole('button', { name: 'Stop proxy' })).toBeVisible()
  expect(await isListening(port)).toBe(true)
})

test('base URLs reach the clipboard from the tray, with a notice, and from the window', async ({
  launch,
}) => {
  const { app, port } = await launch()
  const clipboard = () => app.evaluate(({ clipboard }) => clipboard.readText())
  await expect.poll(() => trayLabel(app, 'toggle')).toBe('Stop proxy')
  await clickTray(app, 'copy-openai')
  await expect.poll(clipboard).toBe(`http://127.0.0.1:${port}/v1`)
  if (isStandIn) {
    const notices = await app.evaluate((electron) => Reflect.get(electron, '__recorded').notifications)
    expect(notices).toMatchObject([{ title: 'OpenAI base URL copied', body: `http://127.0.0.1:${port}/v1` }])
  }
  const page = await app.firstWindow()
  await page.getByRole('button', { name: 'Copy Anthropic base URL' }).click()
  await expect.poll(clipboard).toBe(`http://127.0.0.1:${port}`)
})

test('closing hides the window; the tray brings it back, at the requests', async ({ launch }) => {
  const { app } = await launch()
  const page = await app.firstWindow()
  await expect(
    page.getByRole('region', { name: 'Proxy' }).getByText('Running', { exact: true }),
  ).toBeVisible()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  expect(await isWindowVisible(app)).toBe(false)
  await clickTray(app, 'requests')
  expect(await isWindowVisible(app)).toBe(true)
  await expect(page.getByRole('grid', { name: 'Requests' })).toBeVisible()
})

test('a second start shows the first', async ({ launch }) => {
  const { app, userData } = await launch()
  await (await app.firstWindow()).getByRole('region', { name: 'Proxy' }).waitFor()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
  const second = spawn(engine, argumentsFor(userData), { stdio: 'ignore', env: process.env })
  expect(await new Promise((resolve) => second.on('exit', resolve))).toBe(0)
  await expect.poll(() => isWindowVisible(app)).toBe(true)
})

test('quitting drains the proxy and frees the port', async ({ launch }) => {
  const { app, port } = await launch()
  await expect.poll(() => isListening(port)).toBe(true)
  await expect.poll(() => trayLabel(app, 'quit')).toBe('Quit')
  const closed = app.waitForEvent('close')
  await clickTray(app, 'quit')
  await closed
  expect(await isListening(port)).toBe(false)
})

test('a proxy process that ends is started again, and the page is connected again', async ({ launch }) => {
  test.skip(process.env.PORTSIDE_APP !== undefined, 'only the fake proxy ends on demand')
  const { app, port } = await launch()
  const page = await app.firstWindow()
  await expect(page.getByRole('button', { name: 'Stop proxy' })).toBeVisible()
  await fetch(`http://127.0.0.1:${port}/crash`).catch(() => undefined)
  await expect(page.getByRole('status').filter({ hasText: 'Not connected' })).toBeVisible()
  await expect.poll(() => isListening(port)).toBe(true)
  await expect(page.getByRole('status').filter({ hasText: 'Not connected' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Stop proxy' })).toBeVisible()
})

test('three ends within a minute, and it stays down and says so; the tray starts it again', async ({
  launch,
}) => {
  test.skip(process.env.PORTSIDE_APP !== undefined, 'only the fake proxy ends on demand')
  const { app, port } = await launch()
  for (let end = 0; end < 3; end += 1) {
    await expect.poll(() => isListening(port)).toBe(true)
    await fetch(`http://127.0.0.1:${port}/crash`).catch(() => undefined)
  }
  await expect.poll(() => trayLabel(app, 'state')).toBe('! The proxy stopped working; start it again')
  await clickTray(app, 'toggle')
  await expect.poll(() => isListening(port)).toBe(true)
})

test('without a keyring that is said, and no key is written', async ({ launch }) => {
  test.skip(!isStandIn, 'the real engine needs --password-store=basic')
  const { app } = await launch({ STANDIN_KEYRING: 'basic_text' })
  const page = await app.firstWindow()
  await expect(page.getByRole('region', { name: 'Needs attention' })).toContainText(
    'Secrets are not protected by the system',
  )
})
