import { Menu } from 'electron'

/** macOS takes the keys for copy and paste from the menu; elsewhere a window has none. */
export function setApplicationMenu(platform: NodeJS.Platform): void {
  const menu =
    platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }]) : null
  Menu.setApplicationMenu(menu)
}
