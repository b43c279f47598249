import { describe, expect, test } from 'vitest'
import { runningStatus } from '../test/support/sample-status.ts'
import { type TrayItem, type TrayView, trayMenu, trayTooltip } from './tray-menu.ts'

const viewOf = (more: Partial<TrayView> = {}): TrayView => ({
  status: runningStatus(),
  isDown: false,
  startsOnLaunch: true,
  ...more,
})
const labels = (items: readonly TrayItem[]) => items.map((item) => ('label' in item ? item.label : '—'))
const toggleOf = (view: TrayView) =>
  trayMenu(view)
    .filter((item) => 'id' in item && item.id === 'toggle')
    .map((item) => 'label' in item && [item.label, item.enabled, item.action?.do ?? null])[0]

describe('the tray menu', () => {
  test('of a proxy that runs', () => {
    expect(labels(trayMenu(viewOf()))).toEqual([
      ...['● Running - 127.0.0.1:9090', '—'],
      ...['Stop proxy', 'Copy', '—'],
      ...['Open window', 'Requests', '—'],
      ...['Start proxy on launch', 'Quit'],
    ])
  })

  test('copies the base URL of each family, also while stopped', () => {
    const copy = trayMenu(viewOf({ status: runningStatus({ state: 'stopped' }) })).find(
      (item) => 'id' in item && item.id === 'copy',
    )
    expect(copy && 'submenu' in copy && [copy.enabled, labels(copy.submenu ?? [])]).toEqual([
      true,
      [
        'OpenAI base URL   http://127.0.0.1:9090/v1',
        'Anthropic base URL   http://127.0.0.1:9090',
        'Gemini base URL   http://127.0.0.1:9090',
      ],
    ])
  })

  test('has one entry that starts or stops, and none of it while that is under way', () => {
    const states = ['running', 'partial', 'stopped', 'failed', 'starting', 'draining'] as const
    expect(states.map((state) => toggleOf(viewOf({ status: runningStatus({ state }) })))).toEqual([
      ['Stop proxy', true, 'stop'],
      ['Stop proxy', true, 'stop'],
      ['Start proxy', true, 'start'],
      ['Start proxy', true, 'start'],
      ['Starting…', false, null],
      ['Stopping…', false, null],
    ])
    expect(toggleOf(viewOf({ isDown: true }))).toEqual(['Start proxy', true, 'start'])
  })

  test('says why the proxy does not run', () => {
    const problem = 'Port 9090 is used by node (pid 1234)'
    const failed = viewOf({ status: runningStatus({ state: 'failed', problem }) })
    expect([labels(trayMenu(failed))[0], trayTooltip(failed)]).toEqual([
      `! ${problem}`,
      `Portside: ! ${problem}`,
    ])
  })

  test('names at most three things that need the user, as plain text', () => {
    const attention = [1, 2, 3, 4].map((index) => ({
      id: `a${index}`,
      severity: 'warning' as const,
      title: `R&D \u202eaccount ${index}`,
      action: 'Sign in again',
    }))
    const status = runningStatus({ accounts: { total: 6, usable: 5 }, attention })
    expect(labels(trayMenu(viewOf({ status }))).slice(1, 6)).toEqual([
      'Accounts: 5 of 6 usable',
      '⚠ R&&D \\u{202e}account 1',
      '⚠ R&&D \\u{202e}account 2',
      '⚠ R&&D \\u{202e}account 3',
      '—',
    ])
  })

  test('says at Quit what would be cut off', () => {
    const quit = (activeRequests: number) =>
      labels(trayMenu(viewOf({ status: runningStatus({ activeRequests }) }))).at(-1)
    expect([quit(0), quit(1), quit(2)]).toEqual([
      'Quit',
      'Quit (1 request running)',
      'Quit (2 requests running)',
    ])
  })
})
