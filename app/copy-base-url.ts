import { Notification } from 'electron'
import type { ProxyStatus } from '../contract/status.ts'
import { type BaseUrlFamily, FAMILY_NAMES } from './tray-menu.ts'

type CopyBaseUrl = {
  readonly family: BaseUrlFamily
  readonly status: ProxyStatus | null
  readonly copyText: (text: string) => Promise<void>
}

/** Copies a base URL and says so: a menu that closes silently leaves one guessing. */
export async function copyBaseUrl({ family, status, copyText }: CopyBaseUrl): Promise<void> {
  if (!status) return
  const url = status.baseUrls[family]
  await copyText(url)
  const isStopped = status.state === 'stopped' || status.state === 'failed'
  if (!Notification.isSupported()) return
  new Notification({
    title: `${FAMILY_NAMES[family]} base URL copied`,
    body: isStopped ? `${url} (proxy is stopped)` : url,
    silent: true,
  }).show()
}
