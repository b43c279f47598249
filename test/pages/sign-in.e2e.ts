import { expect, proxyCard, test } from './pages.ts'

const adminKey = 'pa-right-key'

test('a browser that is not signed in is asked for the admin key', async ({ page, serve }) => {
  const { url } = await serve({}, { adminKey })
  await page.goto(url)
  await page.getByLabel('Admin key').fill('pa-wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toHaveText('That is not the admin key of this Portside.')
  await page.getByLabel('Admin key').fill(adminKey)
  await page.keyboard.press('Enter')
  await expect(proxyCard(page)).toContainText('Running')
  expect(await page.evaluate(() => document.cookie)).toBe('')
})

test('signing out leads back', async ({ page, serve }) => {
  const { url } = await serve({}, { adminKey })
  await page.goto(url)
  await page.getByLabel('Admin key').fill(adminKey)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Portside' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Sign in to Portside' })).toBeVisible()
})

test('too many attempts are named as such', async ({ page, serve }) => {
  const { url } = await serve({}, { adminKey })
  await page.goto(url)
  const alert = page.getByRole('alert')
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await page.getByLabel('Admin key').fill(`wrong ${attempt}`)
    const answered = page.waitForResponse('**/control/session')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await answered
  }
  await expect(alert).toHaveText('Too many attempts. Wait a minute and try again.')
})

test('a ticket in the address signs in once, and leaves the address', async ({ page, serve, browser }) => {
  const { url } = await serve({}, { adminKey, ticket: 'tk-once' })
  await page.goto(`${url}#ticket=tk-once`)
  await expect(proxyCard(page)).toContainText('Running')
  expect(page.url()).toBe(url)
  const other = await browser.newPage()
  await other.goto(`${url}#ticket=tk-once`)
  await expect(other.getByLabel('Admin key')).toBeVisible()
  expect(other.url()).toBe(url)
  await other.close()
})
