import path from 'node:path'
import { expect, test } from '@playwright/test'
import { type FakeServer, startFakeServer } from '../support/fake-control-server.ts'
import { realisticControl } from '../support/realistic-control.ts'

/** Writes the pictures of the documents: `npx playwright test --project=screenshots`. */
const IMAGES = path.join(import.meta.dirname, '../../docs/images')
const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
]

let server: FakeServer
test.beforeAll(async () => {
  server = await startFakeServer({ control: realisticControl() })
})
test.afterAll(() => server.close())

for (const colorScheme of ['light', 'dark'] as const) {
  for (const size of SIZES) {
    const name = `${colorScheme}-${size.width}x${size.height}`
    test(`pictures ${name}`, async ({ browser }) => {
      const page = await browser.newPage({ viewport: size, colorScheme, reducedMotion: 'reduce' })
      await page.goto(server.url)
      await expect(page.getByRole('region', { name: 'Latest requests' }).getByRole('link')).toHaveCount(6)
      await expect(page.getByText('ps-…x7Qd')).toBeVisible()
      await page.screenshot({ path: `${IMAGES}/home-${name}.png` })

      await page.getByRole('link', { name: /^Requests/ }).click()
      await page
        .getByRole('row', { name: /Failed/ })
        .first()
        .click()
      await expect(
        page.getByRole('complementary', { name: 'Request detail' }).getByText('Why this account'),
      ).toHaveCount(2)
      if (size.width < 1000) await page.getByRole('button', { name: 'Close the detail' }).click()
      await page.mouse.move(0, 0)
      await page.screenshot({ path: `${IMAGES}/requests-${name}.png` })
      await page.close()
    })
  }
}
