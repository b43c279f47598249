import { Menu, type MenuItemConstructorOptions, Tray } from 'electron'
import { trayIconFile, trayLook } from './tray-icon.ts'
import { type TrayAction, type TrayItem, type TrayView, trayMenu, trayTooltip } from './tray-menu.ts'

export type PortsideTray = {
  readonly show: (view: TrayView) => void
  /** The menu as it is now. */
  readonly menu: () => Menu
}

type TrayOptions = {
  readonly assets: string
  readonly platform: NodeJS.Platform
  readonly view: TrayView
  readonly perform: (action: TrayAction) => void
}

/** The one tray icon. Its menu is set anew after every change, which Linux needs. */
export function createTray({ assets, platform, view, perform }: TrayOptions): PortsideTray {
  const tray = new Tray(trayIconFile({ assets, platform, look: trayLook(view) }))
  let menu: Menu
  let shown = ''
  const show = (next: TrayView) => {
    const items = trayMenu(next)
    const fingerprint = JSON.stringify([items, trayLook(next)])
    // The feed tells of every request; a menu that would look the same is left alone, it may be open.
    if (fingerprint === shown) return
    shown = fingerprint
    menu = Menu.buildFromTemplate(items.map((item) => templateOf(item, perform)))
    tray.setImage(trayIconFile({ assets, platform, look: trayLook(next) }))
    tray.setToolTip(trayTooltip(next))
    tray.setContextMenu(menu)
  }
  show(view)
  // Not announced on every Linux desktop, where the menu opens instead.
  tray.on('double-click', () => perform({ do: 'open-home' }))
  return { show, menu: () => menu }
}

function templateOf(item: TrayItem, perform: (action: TrayAction) => void): MenuItemConstructorOptions {
  if (item.type === 'separator') return { type: 'separator' }
  const { action, submenu, checked } = item
  return {
    id: item.id,
    type: item.type,
    label: item.label,
    enabled: item.enabled,
    ...(checked === undefined ? {} : { checked }),
    ...(submenu ? { submenu: submenu.map((child) => templateOf(child, perform)) } : {}),
    ...(action ? { click: () => perform(action) } : {}),
  }
}
