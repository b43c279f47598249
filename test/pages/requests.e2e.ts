import { sampleEntry } from '../../renderer/src/requests/sample-entry.ts'
import { realisticBodies, realisticLog } from '../support/realistic-log.ts'
import { catchClipboard, detail, expect, grid, rows, showRequests, test } from './pages.ts'

const NOW = Date.now()
const many = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    sampleEntry({
      id: `req_${index}`,
      sequence: index,
      startedAt: NOW - (count - index) * 1000,
      modelIn: `model-${index}`,
    }),
  )

test('is empty at first, and says how to change that', async ({ page, serve }) => {
  const { url } = await serve()
  await page.goto(`${url}#/requests`)
  await expect(grid(page)).toContainText('No requests yet')
})

test('says that it is reading', async ({ page, serve }) => {
  const { url, control } = await serve()
  control.logTrouble = 'hang'
  await page.goto(`${url}#/requests`)
  await expect(page.getByRole('status', { name: 'Reading the log' })).toBeVisible()
})

test('says that the log could not be read, and reads it when it can', async ({ page, serve }) => {
  const { url, control } = await serve({ entries: many(3) })
  control.logTrouble = 'fail'
  await page.goto(`${url}#/requests`)
  await expect(page.getByRole('alert')).toContainText('The log could not be read')
  control.logTrouble = 'none'
  await expect(rows(page)).toHaveCount(3)
})

test('a row follows its request: streaming until the last byte, then done', async ({ page, serve }) => {
  const { url, control } = await serve()
  await page.goto(`${url}#/requests`)
  const going = { status: null, durationMs: null, firstByteMs: null, outputTokens: null }
  const entry = sampleEntry({ startedAt: NOW, state: 'waiting', ...going })
  control.log(entry)
  await expect(rows(page)).toHaveText(/Waiting/)
  control.log({ ...entry, state: 'streaming', status: 200, firstByteMs: 420 })
  await expect(rows(page)).toHaveText(/Streaming/)
  await expect(page.getByRole('link', { name: 'Requests, 1 running' })).toBeVisible()
  control.log({ ...entry, state: 'done', status: 200, firstByteMs: 420, durationMs: 5120 })
  await expect(rows(page)).toHaveText(/Done/)
  await expect(rows(page)).toContainText('5.12 s')
  await expect(page.getByRole('link', { name: 'Requests', exact: true })).toBeVisible()
})

test('five thousand requests: the newest two thousand are there, a screenful of rows is drawn', async ({
  page,
  serve,
}) => {
  const { url } = await serve({ entries: many(5_000) })
  await page.goto(`${url}#/requests`)
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '2001')
  await expect(rows(page).first()).toContainText('model-4999')
  expect(await rows(page).count()).toBeLessThan(60)
  await grid(page).press('End')
  await expect(rows(page).filter({ hasText: 'model-3000' })).toBeVisible()
})

test('two hundred changes a second are shown without losing one', async ({ page, serve }) => {
  const { url, control } = await serve()
  await page.goto(`${url}#/requests`)
  await expect(grid(page)).toContainText('No requests yet')
  const entries = many(1_000)
  for (let batch = 0; batch < 50; batch += 1) control.log(...entries.slice(batch * 20, batch * 20 + 20))
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '1001')
  await expect(rows(page).first()).toContainText('model-999')
})

test('filters by words and by state', async ({ page, serve }) => {
  const failed = sampleEntry({
    id: 'bad',
    sequence: 50,
    startedAt: NOW,
    state: 'failed',
    status: 429,
    errorMessage: 'Slow down',
  })
  const { url } = await serve({ entries: [...many(20), failed] })
  await page.goto(`${url}#/requests`)
  await page.getByRole('searchbox', { name: 'Filter requests' }).fill('MODEL-7')
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await page.getByRole('button', { name: 'Failed' }).click()
  await expect(rows(page)).toHaveText(/429/)
  await page.getByRole('button', { name: 'Running' }).click()
  await expect(grid(page)).toContainText('No request matches')
})

test('keeps still while paused, counts what came, and catches up', async ({ page, serve }) => {
  const { url, control } = await serve({ entries: many(2) })
  await page.goto(`${url}#/requests`)
  await page.getByRole('button', { name: 'Pause' }).click()
  control.log(sampleEntry({ id: 'later', startedAt: NOW + 1, modelIn: 'later-model' }))
  const resume = page.getByRole('button', { name: /Resume/ })
  await expect(resume).toContainText('1 new')
  await expect(rows(page)).toHaveCount(2)
  await resume.click()
  await expect(rows(page).first()).toContainText('later-model')
})

test('stays at the newest; scrolled away, the reader keeps the place and is told', async ({
  page,
  serve,
}) => {
  const { url, control } = await serve({ entries: many(400) })
  await page.goto(`${url}#/requests`)
  await expect(rows(page).first()).toContainText('model-399')
  await grid(page).evaluate((element) => element.scrollTo({ top: 34 * 100 }))
  const place = rows(page).filter({ hasText: 'model-295' })
  await expect(place).toBeVisible()
  const before = await place.boundingBox()
  control.log(
    sampleEntry({ id: 'new_1', startedAt: NOW + 1 }),
    sampleEntry({ id: 'new_2', startedAt: NOW + 2 }),
  )
  const newest = page.getByRole('button', { name: '2 newer' })
  await expect(newest).toBeVisible()
  expect((await place.boundingBox())?.y).toBe(before?.y)
  await newest.click()
  await expect(newest).toBeHidden()
  await expect(rows(page).first()).toHaveAttribute('aria-rowindex', '2')
})

test('the keyboard moves through the rows and closes the detail', async ({ page, serve }) => {
  const { url } = await serve({ entries: many(30) })
  await page.goto(`${url}#/requests`)
  await expect(rows(page).first()).toBeVisible()
  await grid(page).press('ArrowDown')
  await grid(page).press('ArrowDown')
  await expect(page.getByRole('row', { selected: true })).toContainText('model-28')
  await expect(detail(page)).toContainText('req_28')
  await detail(page).getByRole('button', { name: 'Close the detail' }).press('Escape')
  await expect(detail(page)).toBeHidden()
})

test('a failed request explains itself: in words, by attempt, with its bodies as text', async ({
  page,
  serve,
}) => {
  const entries = realisticLog(6, NOW)
  const failed = entries.find(({ errorKind }) => errorKind === 'rate-limited')!
  const { url } = await serve({ entries, bodies: new Map([[failed.id, realisticBodies]]) })
  const copied = await catchClipboard(page)
  await page.goto(`${url}#/requests`)
  await rows(page).filter({ hasText: 'Failed' }).click()
  await expect(detail(page)).toContainText('The account has made too many requests for now.')
  await expect(detail(page).getByRole('region', { name: '2 attempts' }).getByRole('listitem')).toHaveText([
    /anthropic \/ work.*Why this account: It served this conversation before/,
    /anthropic \/ personal.*Why this account: The first account must rest/,
  ])
  await detail(page).getByRole('tab', { name: 'Request' }).click()
  await expect(detail(page).getByRole('region', { name: 'Body of the request' })).toContainText(
    '"content": "Why does the log jump while it grows?"',
  )
  await detail(page).getByRole('button', { name: 'Copy as curl' }).click()
  expect(await copied()).toContain('x-api-key: $PORTSIDE_KEY')
  expect(await copied()).toContain(realisticBodies.request!.slice(0, 40))
})

test('a body that was not kept is said to be so', async ({ page, serve }) => {
  const { url } = await serve({ entries: many(1) })
  await page.goto(`${url}#/requests/req_0`)
  await detail(page).getByRole('tab', { name: 'Response' }).click()
  await expect(detail(page)).toContainText('This response was not kept.')
})

test('clearing asks first, then empties the log', async ({ page, serve }) => {
  const { url } = await serve({ entries: many(5) })
  await page.goto(`${url}#/requests`)
  await page.getByRole('button', { name: 'Clear log' }).click()
  await page.getByRole('button', { name: 'Keep' }).click()
  await expect(rows(page)).toHaveCount(5)
  await page.getByRole('button', { name: 'Clear log' }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(grid(page)).toContainText('No requests yet')
})

test('leaving the page and coming back loses nothing', async ({ page, serve }) => {
  const { url, control } = await serve({ entries: many(2) })
  await page.goto(`${url}#/requests`)
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('link', { name: 'Home' }).click()
  control.log(sampleEntry({ id: 'while_away', startedAt: NOW + 1 }))
  await showRequests(page)
  await expect(rows(page)).toHaveCount(3)
})
