import path from 'node:path'
import type { TrayView } from './tray-menu.ts'

export type TrayLook = 'stopped' | 'running' | 'attention' | 'error'

/** Which icon stands for what is known. */
export function trayLook({ status, isDown }: TrayView): TrayLook {
  if (isDown || status?.state === 'failed') return 'error'
  if (!status || status.state === 'stopped' || status.state === 'starting' || status.state === 'draining')
    return 'stopped'
  const needsUser = status.attention.some(({ severity }) => severity !== 'info')
  return needsUser || status.state === 'partial' ? 'attention' : 'running'
}

type TrayIcon = { readonly assets: string; readonly platform: NodeJS.Platform; readonly look: TrayLook }

/** The icon's file: macOS finds the @2x beside it, and recolours what is called a template. */
export function trayIconFile({ assets, platform, look }: TrayIcon): string {
  if (platform === 'darwin') return path.join(assets, `tray-${look}-Template.png`)
  if (platform === 'win32') return path.join(assets, `tray-${look}.ico`)
  return path.join(assets, `tray-${look}.png`)
}
