import { posix, win32 } from 'node:path'
import type { CliWorld } from './cli-world.ts'

/** Where Portside keeps its data on this system. */
export function defaultHome({
  env,
  platform,
  userHome,
}: Pick<CliWorld, 'env' | 'platform' | 'userHome'>): string {
  const given = env.PORTSIDE_HOME
  if (given !== undefined && given !== '') return given
  if (platform === 'win32')
    return win32.join(env.APPDATA ?? win32.join(userHome, 'AppData', 'Roaming'), 'Portside')
  if (platform === 'darwin') return posix.join(userHome, 'Library', 'Application Support', 'Portside')
  // A relative XDG path is to be ignored, says the specification.
  const data = env.XDG_DATA_HOME?.startsWith('/')
    ? env.XDG_DATA_HOME
    : posix.join(userHome, '.local', 'share')
  return posix.join(data, 'portside')
}
