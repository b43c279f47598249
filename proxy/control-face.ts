import { type ControlRouter, createControl } from './control/create-control.ts'
import { accountsOf, type House } from './house.ts'
import type { Lifecycle } from './lifecycle.ts'
import { testAccount } from './models/test-account.ts'
import { viewProviders } from './providers/provider-view.ts'

/** The control contract over everything that the house holds. */
export function createControlFace(
  house: House,
  lifecycle: Lifecycle,
  subscribe: (listener: () => void) => () => void,
): ControlRouter {
  const { options, clock, stores, pool, serving, keyUse } = house
  const { settings, credentials, log } = stores
  return createControl({
    settings,
    credentials,
    log,
    lifecycle: {
      status: lifecycle.status,
      subscribe,
      start: lifecycle.start,
      stop: lifecycle.stop,
      canStop: options.mode === 'desktop',
    },
    accounts: {
      list: () => accountsOf(house),
      test(id, signal) {
        const found = pool.accounts().find(({ account }) => account.id === id)?.account
        if (found === undefined)
          return Promise.resolve({
            success: false,
            durationMs: 0,
            message: 'This account’s provider is not known here',
          })
        return testAccount(found, serving.provider(found.provider), clock, signal)
      },
    },
    models: serving.models,
    providers: () => viewProviders(serving.providers(), settings.get()),
    keyUse: (id) => keyUse.get(id) ?? null,
  })
}
