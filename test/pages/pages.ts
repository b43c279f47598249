import { test as base, expect, type Page } from '@playwright/test'
import { FakeControl, type FakeSeed } from '../support/fake-control.ts'
import { startFakeServer } from '../support/fake-control-server.ts'

type Opened = { readonly control: FakeControl; readonly url: string; readonly asked: readonly string[] }
type Serve = (seed?: Partial<FakeSeed>, options?: { adminKey?: string; ticket?: string }) => Promise<Opened>

/** `serve` starts a fake Portside that ends with the test. */
export const test = base.extend<{ serve: Serve }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern.
  serve: async ({}, use) => {
    const closing: (() => Promise<void>)[] = []
    await use(async (seed = {}, options = {}) => {
      const control = new FakeControl(seed)
      const server = await startFakeServer({ control, ...options })
      closing.push(server.close)
      return { control, url: server.url, asked: server.asked }
    })
    for (const close of closing) await close()
  },
})

export { expect }

export const proxyCard = (page: Page) => page.getByRole('region', { name: 'Proxy' })
export const grid = (page: Page) => page.getByRole('grid', { name: 'Requests' })
/** The rows under the heading. */
export const rows = (page: Page) =>
  grid(page)
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') })
export const detail = (page: Page) => page.getByRole('complementary', { name: 'Request detail' })
export const showRequests = (page: Page) => page.getByRole('link', { name: /^Requests/ }).click()

/** Keeps what is copied, where a headless browser has no clipboard to ask. */
export async function catchClipboard(page: Page): Promise<() => Promise<string>> {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: async (text: string) => Reflect.set(window, 'copied', text) },
    })
  })
  return () => page.evaluate(() => String(Reflect.get(window, 'copied')))
}
