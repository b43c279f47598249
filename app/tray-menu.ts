import type { ProxyState, ProxyStatus } from '../contract/status.ts'
import { menuText } from './plain-text.ts'

export type TrayAction =
  | { readonly do: 'start' | 'stop' | 'open-home' | 'open-requests' | 'toggle-start-on-launch' | 'quit' }
  | { readonly do: 'copy'; readonly family: BaseUrlFamily }

export type BaseUrlFamily = keyof ProxyStatus['baseUrls']

export type TrayItem =
  | { readonly type: 'separator' }
  | {
      readonly type: 'normal' | 'checkbox' | 'submenu'
      readonly id: string
      readonly label: string
      readonly enabled: boolean
      readonly checked?: boolean
      readonly action?: TrayAction
      readonly submenu?: readonly TrayItem[]
    }

export type TrayView = {
  /** The newest status of the proxy; null until it has told one. */
  readonly status: ProxyStatus | null
  /** The proxy's process ended again and again, and is not started any more. */
  readonly isDown: boolean
  readonly startsOnLaunch: boolean
}

export const FAMILY_NAMES: Record<BaseUrlFamily, string> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  gemini: 'Gemini',
}

const MOST_ATTENTION_LINES = 3
const separator: TrayItem = { type: 'separator' }

/** The tray's menu for what is known of the proxy. */
export function trayMenu(view: TrayView): readonly TrayItem[] {
  return [
    { type: 'normal', id: 'state', label: menuText(stateLine(view)), enabled: false },
    ...accountLines(view),
    ...attentionLines(view),
    separator,
    toggleItem(view),
    copyItem(view.status),
    separator,
    entry('open', 'Open window', { do: 'open-home' }),
    entry('requests', 'Requests', { do: 'open-requests' }),
    separator,
    {
      ...entry('start-on-launch', 'Start proxy on launch', { do: 'toggle-start-on-launch' }),
      type: 'checkbox',
      checked: view.startsOnLaunch,
    },
    entry('quit', quitLabel(view.status), { do: 'quit' }),
  ]
}

/** What the tooltip says, so that the icon is never the only sign. */
export const trayTooltip = (view: TrayView) => menuText(`Portside: ${stateLine(view)}`)

/** The state in one line, as the listening socket has it. */
export function stateLine({ status, isDown }: TrayView): string {
  if (isDown) return '! The proxy stopped working; start it again'
  if (!status) return '○ Starting…'
  const address = `${status.host}:${status.port}`
  const lines: Record<ProxyState, string> = {
    running: `● Running - ${address}`,
    partial: `● Running - ${address} (partly: ${status.problem ?? 'one address is taken'})`,
    starting: '○ Starting…',
    draining: '○ Stopping…',
    stopped: '○ Stopped',
    failed: `! ${status.problem ?? 'The proxy could not start'}`,
  }
  return lines[status.state]
}

function accountLines({ status }: TrayView): TrayItem[] {
  if (!status || status.accounts.total === 0) return []
  const { usable, total } = status.accounts
  return [entry('accounts', `Accounts: ${usable} of ${total} usable`, { do: 'open-home' })]
}

function attentionLines({ status }: TrayView): TrayItem[] {
  const items = (status?.attention ?? []).filter(({ severity }) => severity !== 'info')
  return items
    .slice(0, MOST_ATTENTION_LINES)
    .map(({ id, title }) => entry(`attention-${id}`, `⚠ ${menuText(title)}`, { do: 'open-home' }))
}

function toggleItem({ status, isDown }: TrayView): TrayItem {
  if (isDown) return entry('toggle', 'Start proxy', { do: 'start' })
  if (!status || status.state === 'starting') return { ...entry('toggle', 'Starting…'), enabled: false }
  if (status.state === 'draining') return { ...entry('toggle', 'Stopping…'), enabled: false }
  const isOff = status.state === 'stopped' || status.state === 'failed'
  return isOff
    ? entry('toggle', 'Start proxy', { do: 'start' })
    : entry('toggle', 'Stop proxy', { do: 'stop' })
}

/** Stays enabled while the proxy is stopped: people set up their clients first. */
function copyItem(status: ProxyStatus | null): TrayItem {
  const families = Object.keys(FAMILY_NAMES) as BaseUrlFamily[]
  const submenu = families.map((family) =>
    entry(
      `copy-${family}`,
      `${FAMILY_NAMES[family]} base URL   ${status?.baseUrls[family] ?? ''}`.trimEnd(),
      {
        do: 'copy',
        family,
      },
    ),
  )
  return { type: 'submenu', id: 'copy', label: 'Copy', enabled: status !== null, submenu }
}

function quitLabel(status: ProxyStatus | null): string {
  const running = status?.activeRequests ?? 0
  if (running === 0) return 'Quit'
  return `Quit (${running} ${running === 1 ? 'request' : 'requests'} running)`
}

function entry(id: string, label: string, action?: TrayAction) {
  return { type: 'normal' as const, id, label, enabled: true, ...(action ? { action } : {}) }
}
