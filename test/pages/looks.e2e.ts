import { realisticLog } from '../support/realistic-log.ts'
import { expect, rows, test } from './pages.ts'

for (const size of [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
]) {
  for (const place of ['#/', '#/requests']) {
    test(`nothing runs over the edge of ${place} at ${size.width}×${size.height}`, async ({
      page,
      serve,
    }) => {
      const { url } = await serve({ entries: realisticLog(60, Date.now()) })
      await page.setViewportSize(size)
      await page.goto(url + place)
      await expect(page.getByText('claude', { exact: false }).first()).toBeVisible()
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
      expect(widths[0]).toBe(widths[1])
    })
  }
}

test('the pages follow the system from light to dark', async ({ page, serve }) => {
  const { url } = await serve()
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(url)
  const light = await ground()
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await ground()).not.toBe(light)
})

test('in the narrow window every page keeps its name for a screen reader', async ({ page, serve }) => {
  const { url } = await serve({ entries: realisticLog(5, Date.now()) })
  await page.setViewportSize({ width: 900, height: 600 })
  await page.goto(url)
  await page.getByRole('link', { name: /^Requests/ }).click()
  await expect(rows(page)).toHaveCount(5)
})
