import Store from 'electron-store'

export type Preferences = {
  readonly startsOnLaunch: () => boolean
  readonly setStartsOnLaunch: (startsOnLaunch: boolean) => void
}

/** What this desktop remembers of the user's wishes. The proxy's own settings are in config.json. */
export function createPreferences(): Preferences {
  const store = new Store<{ startsOnLaunch: boolean }>({
    name: 'preferences',
    schema: { startsOnLaunch: { type: 'boolean', default: true } },
    defaults: { startsOnLaunch: true },
    // A damaged file must not keep the app from starting.
    clearInvalidConfig: true,
  })
  return {
    startsOnLaunch: () => store.get('startsOnLaunch'),
    setStartsOnLaunch: (startsOnLaunch) => store.set('startsOnLaunch', startsOnLaunch),
  }
}
