import { describe, expect, it } from 'vitest'
import { defaultHome } from './default-home.ts'

describe('the data folder', () => {
  it.each([
    ['linux', {}, '/home/me/.local/share/portside'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/portside'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/me/.local/share/portside'],
    ['linux', { PORTSIDE_HOME: '/elsewhere', XDG_DATA_HOME: '/data' }, '/elsewhere'],
    ['darwin', {}, '/home/me/Library/Application Support/Portside'],
  ] as const)('on %s with %j is %s', (platform, env, home) => {
    expect(defaultHome({ platform, env, userHome: '/home/me' })).toBe(home)
  })

  it('on Windows is in %APPDATA%', () => {
    const env = { APPDATA: 'C:\\Users\\me\\AppData\\Roaming' }
    expect(defaultHome({ platform: 'win32', env, userHome: 'C:\\Users\\me' })).toBe(
      'C:\\Users\\me\\AppData\\Roaming\\Portside',
    )
    expect(defaultHome({ platform: 'win32', env: {}, userHome: 'C:\\Users\\me' })).toBe(
      'C:\\Users\\me\\AppData\\Roaming\\Portside',
    )
  })
})
