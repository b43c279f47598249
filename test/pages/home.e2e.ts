import { sampleEntry } from '../../renderer/src/requests/sample-entry.ts'
import { runningStatus } from '../support/sample-status.ts'
import { catchClipboard, detail, expect, proxyCard, test } from './pages.ts'

test('says that the proxy runs, where, and for how long', async ({ page, serve }) => {
  const { url } = await serve()
  await page.goto(url)
  await expect(proxyCard(page)).toContainText('Running')
  await expect(proxyCard(page)).toContainText('Listening on 127.0.0.1:9090 for 2 h 14 min')
})

test('starts and stops the proxy, and shows what the feed then tells', async ({ page, serve }) => {
  const { url, control } = await serve()
  await page.goto(url)
  await proxyCard(page).getByRole('button', { name: 'Stop proxy' }).click()
  await expect(proxyCard(page)).toContainText('Stopped')
  expect(control.status.state).toBe('stopped')
  await proxyCard(page).getByRole('button', { name: 'Start proxy' }).click()
  await expect(proxyCard(page)).toContainText('Running')
})

test('does not offer to stop a headless proxy, which would take this page away', async ({ page, serve }) => {
  const { url } = await serve({ status: runningStatus({ mode: 'headless' }) })
  await page.goto(url)
  await expect(proxyCard(page)).toContainText('Running')
  await expect(page.getByRole('button', { name: /Stop/ })).toHaveCount(0)
})

test('says why the proxy does not run', async ({ page, serve }) => {
  const problem = 'Port 9090 is used by node (pid 1234)'
  const { url } = await serve({ status: runningStatus({ state: 'failed', startedAt: null, problem }) })
  await page.goto(url)
  await expect(proxyCard(page)).toContainText(problem)
  await expect(proxyCard(page).getByRole('button', { name: 'Start proxy' })).toBeEnabled()
})

test('copies each base URL and says so', async ({ page, serve }) => {
  const { url } = await serve()
  const copied = await catchClipboard(page)
  await page.goto(url)
  await page.getByRole('button', { name: 'Copy OpenAI base URL' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toHaveCount(1)
  expect(await copied()).toBe('http://127.0.0.1:9090/v1')
  await page.getByRole('button', { name: 'Copy Gemini base URL' }).click()
  expect(await copied()).toBe('http://127.0.0.1:9090')
})

test('makes a key, shows it once, and fills it into the snippets', async ({ page, serve }) => {
  const { url, control } = await serve()
  const copied = await catchClipboard(page)
  await page.goto(url)
  await expect(page.getByText('No key yet')).toBeVisible()
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('Claude Code')
  await page.getByRole('button', { name: 'Create key' }).click()
  const made = page.getByRole('group', { name: 'New key' })
  await expect(made).toContainText('shown this once')
  expect(control.keys.map(({ name }) => name)).toEqual(['Claude Code'])
  await made.getByRole('button', { name: 'Copy new key' }).click()
  const secret = await copied()
  expect(secret).toMatch(/^ps-/)
  await expect(page.getByRole('tabpanel')).toContainText(secret)
  await made.getByRole('button', { name: 'Hide' }).click()
  await expect(page.getByText(secret)).toHaveCount(0)
})

test('has a snippet for each client, reached with the arrow keys', async ({ page, serve }) => {
  const { url } = await serve()
  await page.goto(url)
  await page.getByRole('tab', { name: 'Claude Code' }).focus()
  const seen: string[] = []
  for (const part of [
    'ANTHROPIC_BASE_URL',
    'wire_api = "responses"',
    'from openai import OpenAI',
    'curl http',
  ]) {
    await expect(page.getByRole('tabpanel')).toContainText(part)
    seen.push(part)
    await page.keyboard.press('ArrowRight')
  }
  await expect(page.getByRole('tab', { name: 'Claude Code' })).toBeFocused()
})

test('a newcomer sees three steps, and the first request ticks them and leads to its row', async ({
  page,
  serve,
}) => {
  const { url, control } = await serve()
  await page.goto(url)
  const steps = page.getByRole('region', { name: 'Getting started' })
  await expect(steps).toContainText('The built-in demo answers')
  await expect(steps).toContainText('Waiting for the first request')
  control.log(sampleEntry({ id: 'req_first', startedAt: Date.now() }))
  await expect(steps.getByRole('img', { name: 'Done' })).toHaveCount(2)
  await steps.getByRole('link', { name: 'Show it' }).click()
  await expect(detail(page)).toContainText('req_first')
})

test('shows the last five requests, live', async ({ page, serve }) => {
  const { url, control } = await serve()
  await page.goto(url)
  const latest = page.getByRole('region', { name: 'Latest requests' })
  await expect(latest).toContainText('No requests yet')
  for (let index = 0; index < 7; index += 1) {
    control.log(sampleEntry({ id: `req_${index}`, startedAt: Date.now() + index, modelIn: `model-${index}` }))
  }
  await expect(latest.getByRole('listitem')).toHaveText(
    [6, 5, 4, 3, 2].map((index) => new RegExp(`model-${index}`)),
  )
})

test('says what needs attention, and what to do', async ({ page, serve }) => {
  const attention = [
    {
      id: 'a',
      severity: 'error' as const,
      title: 'The account “work” was refused',
      action: 'Give it a new key.',
    },
  ]
  const { url } = await serve({ status: runningStatus({ attention }) })
  await page.goto(url)
  await expect(page.getByRole('region', { name: 'Needs attention' })).toContainText('Give it a new key.')
})

test('says quietly that it is not connected, and connects again', async ({ page, serve }) => {
  const { url, control } = await serve()
  await page.goto(url)
  await expect(proxyCard(page)).toContainText('Running')
  control.logTrouble = 'fail'
  control.dropFeeds()
  const banner = page.getByRole('status').filter({ hasText: 'Not connected to the proxy' })
  await expect(banner).toBeVisible()
  control.logTrouble = 'none'
  await expect(banner).toBeHidden()
  control.change({ state: 'stopped', startedAt: null })
  await expect(proxyCard(page)).toContainText('Stopped')
})
