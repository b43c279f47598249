import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeIco, encodePng } from './image-files.ts'
import { drawAppIcon, drawTrayIcon, TRAY_LOOKS } from './icon-shapes.ts'

/** Draws every icon anew: `node build/draw-icons.ts`. The results are committed. */
const root = path.join(import.meta.dirname, '..')
const write = (place: string, bytes: Uint8Array) => {
  const file = path.join(root, place)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, bytes)
}

const APP_ICON_SIZE = 512
const ICO_SIZES = [16, 20, 24, 32, 48]

for (const look of TRAY_LOOKS) {
  write(`app/assets/tray-${look}.png`, encodePng(drawTrayIcon({ look, size: 24, isTemplate: false })))
  write(`app/assets/tray-${look}@2x.png`, encodePng(drawTrayIcon({ look, size: 48, isTemplate: false })))
  write(`app/assets/tray-${look}-Template.png`, encodePng(drawTrayIcon({ look, size: 16, isTemplate: true })))
  write(`app/assets/tray-${look}-Template@2x.png`, encodePng(drawTrayIcon({ look, size: 32, isTemplate: true })))
  const sizes = ICO_SIZES.map((size) => drawTrayIcon({ look, size, isTemplate: false }))
  write(`app/assets/tray-${look}.ico`, encodeIco(sizes))
}

const appIcon = encodePng(drawAppIcon(APP_ICON_SIZE))
write('build/icon.png', appIcon)
write('build/icons/512x512.png', appIcon)
write('build/icon.ico', encodeIco([16, 24, 32, 48, 64, 128, 256].map(drawAppIcon)))
