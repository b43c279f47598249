import type { Image } from './image-files.ts'

export const TRAY_LOOKS = ['stopped', 'running', 'attention', 'error'] as const
export type TrayLook = (typeof TRAY_LOOKS)[number]

type Colour = readonly [red: number, green: number, blue: number]
/** The colour at a point of the unit square, or none. */
type Shape = (x: number, y: number) => Colour | null

const BLACK: Colour = [0, 0, 0]
const WHITE: Colour = [255, 255, 255]
/** Middling colours: they show on a dark panel as on a light one. */
const GREY: Colour = [139, 147, 155]
const TEAL: Colour = [31, 157, 182]
const AMBER: Colour = [232, 148, 38]
const RED: Colour = [229, 72, 77]
const PLATE_TOP: Colour = [24, 138, 160]
const PLATE_FOOT: Colour = [10, 86, 104]

const CENTRE = 0.5
const distance = (x: number, y: number, cx = CENTRE, cy = CENTRE) => Math.hypot(x - cx, y - cy)
const isRing = (x: number, y: number, outer: number, width: number) => {
  const d = distance(x, y)
  return d <= outer && d >= outer - width
}

/** A port light: out it is a ring; lit, its left half is full. Trouble adds a badge or a cross. */
export function drawTrayIcon(icon: { look: TrayLook; size: number; isTemplate: boolean }): Image {
  const shape = TRAY_SHAPES[icon.look]
  return draw(icon.size, (x, y) => {
    const colour = shape(x, y)
    return colour && icon.isTemplate ? BLACK : colour
  })
}

const lamp: Shape = (x, y) => {
  if (isRing(x, y, 0.45, 0.1)) return TEAL
  return x < 0.53 && distance(x, y) <= 0.4 ? TEAL : null
}

const TRAY_SHAPES: Record<TrayLook, Shape> = {
  stopped: (x, y) => (isRing(x, y, 0.45, 0.1) ? GREY : null),
  running: lamp,
  attention: (x, y) => {
    const d = distance(x, y, 0.74, 0.74)
    if (d <= 0.22) return AMBER
    return d <= 0.3 ? null : lamp(x, y)
  },
  error: (x, y) => {
    if (isRing(x, y, 0.45, 0.09)) return RED
    const isCross = Math.abs(Math.abs(x - CENTRE) - Math.abs(y - CENTRE)) < 0.075 && distance(x, y) < 0.3
    return isCross ? RED : null
  },
}

export function drawAppIcon(size: number): Image {
  return draw(size, (x, y) => {
    if (!isInPlate(x, y)) return null
    const d = distance(x, y)
    const isLit = x < 0.478 && d <= 0.285
    const isDark = x > 0.535 && d <= 0.285 && d >= 0.22
    return isLit || isDark ? WHITE : mix(PLATE_TOP, PLATE_FOOT, y)
  })
}

/** A square with round corners and a margin, as desktops show it. */
function isInPlate(x: number, y: number): boolean {
  const half = 0.46
  const radius = 0.2
  const beyondX = Math.max(0, Math.abs(x - CENTRE) - (half - radius))
  const beyondY = Math.max(0, Math.abs(y - CENTRE) - (half - radius))
  return Math.hypot(beyondX, beyondY) <= radius
}

const mix = (one: Colour, other: Colour, share: number): Colour => [
  one[0] + (other[0] - one[0]) * share,
  one[1] + (other[1] - one[1]) * share,
  one[2] + (other[2] - one[2]) * share,
]

/** Sixteen points a pixel make smooth edges. */
const SAMPLES = [0.125, 0.375, 0.625, 0.875]

function draw(size: number, shape: Shape): Image {
  const pixels = new Uint8Array(size * size * 4)
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      pixels.set(samplePixel(shape, x, y, size), (y * size + x) * 4)
    }
  }
  return { size, pixels }
}

function samplePixel(shape: Shape, x: number, y: number, size: number): readonly number[] {
  const hits = SAMPLES.flatMap((dy) => SAMPLES.map((dx) => shape((x + dx) / size, (y + dy) / size))).filter(
    (colour) => colour !== null,
  )
  if (hits.length === 0) return [0, 0, 0, 0]
  const mean = (channel: 0 | 1 | 2) => Math.round(hits.reduce((sum, colour) => sum + colour[channel], 0) / hits.length)
  return [mean(0), mean(1), mean(2), Math.round((255 * hits.length) / SAMPLES.length ** 2)]
}
