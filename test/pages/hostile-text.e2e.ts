import { sampleEntry } from '../../renderer/src/requests/sample-entry.ts'
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts'
import { runningStatus } from '../support/sample-status.ts'
import { detail, expect, grid, rows, test } from './pages.ts'

const entryOf = (text: string, index: number) =>
  sampleEntry({
    id: `req_${index}`,
    sequence: index,
    startedAt: 1_800_000_000_000 + index,
    state: 'failed',
    status: 500,
    path: `/v1/${text}`,
    protocol: text,
    keyName: text,
    client: text,
    modelIn: text,
    modelOut: `${text}.`,
    provider: text,
    accountName: text,
    finishReason: text,
    errorKind: text,
    errorMessage: text,
    denyReason: text,
    attempts: [
      {
        number: 1,
        provider: text,
        accountId: text,
        accountName: text,
        reason: text,
        startedAt: 0,
        firstByteMs: 1,
        durationMs: 1,
        status: 500,
        errorKind: text,
        errorMessage: text,
        responseBytes: 1,
        maybeBilled: true,
      },
    ],
  })

test('no text from the network becomes more than text, wherever it is shown', async ({ page, serve }) => {
  // Every text is opened in every place, which takes a while on a busy machine.
  test.setTimeout(180_000)
  const entries = HOSTILE_TEXTS.map(entryOf)
  const bodies = new Map(
    HOSTILE_TEXTS.map((text, index) => {
      const request = JSON.stringify({ messages: [{ role: 'user', content: text }] })
      return [`req_${index}`, { request, response: text, requestCut: false, responseCut: false }]
    }),
  )
  const keys = HOSTILE_TEXTS.slice(0, 2).map((text, index) => ({
    ...{ id: `k${index}`, name: text, masked: text, models: [], limits: {}, isWeak: false },
    ...{ createdAt: null, lastUsedAt: null, expiresAt: null },
  }))
  const attention = HOSTILE_TEXTS.map((text, index) => ({
    ...{ id: `a${index}`, severity: 'warning' as const, title: text, action: text },
  }))
  const status = runningStatus({
    state: 'partial',
    problem: HOSTILE_TEXTS[0]!,
    attention,
    home: HOSTILE_TEXTS[1]!,
  })
  const model = { id: HOSTILE_TEXTS[0]!, provider: 'x', upstream: 'x', aliasOf: null, displayName: 'x' }
  const models = [{ ...model, maxInputTokens: null, maxOutputTokens: null }]
  const { url } = await serve({ entries, bodies, keys, models, status })

  await page.addInitScript(() => {
    Reflect.set(window, 'violations', [])
    document.addEventListener('securitypolicyviolation', (event) => {
      Reflect.get(window, 'violations').push(`${event.effectiveDirective} ${event.blockedURI}`)
    })
  })
  const elsewhere: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) elsewhere.push(request.url())
  })
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })

  await page.goto(url)
  await expect(page.getByRole('region', { name: 'Latest requests' }).getByRole('listitem')).toHaveCount(5)
  for (const { label } of [{ label: 'Codex' }, { label: 'OpenAI SDK' }, { label: 'curl' }]) {
    await page.getByRole('tab', { name: label }).click()
  }
  await page.goto(`${url}#/requests`)
  await expect(rows(page).first()).toBeVisible()
  for (const { id } of entries.toReversed()) {
    await grid(page).press('ArrowDown')
    await expect(detail(page).getByText(id, { exact: true })).toBeVisible()
    await detail(page).getByRole('tab', { name: 'Request' }).click()
    await expect(detail(page).getByRole('region', { name: 'Body of the request' })).toBeVisible()
    await detail(page).getByRole('tab', { name: 'Response' }).click()
    await expect(detail(page).getByRole('region', { name: 'Body of the response' })).toBeVisible()
  }

  const outcome = await page.evaluate(() => ({
    pwned: '__pwned' in window,
    violations: Reflect.get(window, 'violations'),
    // Shown by code point, never passed on.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find.
    invisible: /[\u202a-\u202e\u2066-\u2069\u200b\u001b\u0000\u{e0041}]/u.test(document.body.innerText),
    wild: document.querySelectorAll('script:not([src]), iframe, object, embed, base, img').length,
  }))
  expect({ ...outcome, elsewhere, dialogs }).toEqual({
    pwned: false,
    violations: [],
    invisible: false,
    wild: 0,
    elsewhere: [],
    dialogs: [],
  })
})

test('a name that turns its text around is shown with the mark that does it', async ({ page, serve }) => {
  const { url } = await serve({ entries: [sampleEntry({ modelIn: 'gpt-\u202eo4' })] })
  await page.goto(`${url}#/requests`)
  await expect(rows(page)).toContainText('gpt-\\u{202e}o4')
})
