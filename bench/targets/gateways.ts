import { claudeCodeRouter, portkey, portkeyTranslating } from './peers.ts'
import { portside } from './portside.ts'
import type { Gateway } from './target.ts'
import { direct, nginx, pipe } from './yardsticks.ts'

/** Every gateway by the name that works and options use. */
export const GATEWAYS = {
  direct,
  pipe,
  nginx,
  portside: portside(),
  'portside-bodies-off': portside({ name: 'Portside, no bodies logged', bodies: 'off' }),
  'portside-bodies-all': portside({ name: 'Portside, all bodies logged', bodies: 'all' }),
  'portside-unbridged': portside({ name: 'Portside, the same without the bridge', bridges: false }),
  portkey,
  'portkey-translating': portkeyTranslating,
  ccr: claudeCodeRouter,
} as const satisfies Record<string, Gateway>

export type GatewayId = keyof typeof GATEWAYS
