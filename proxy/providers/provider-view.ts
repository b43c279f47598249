import type { Provider as ProviderView } from '../../contract/model.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Provider } from './provider.ts'

/** The providers as the screen may see them. */
export function viewProviders(providers: readonly Provider[], settings: Settings): ProviderView[] {
  return providers.map(({ info, models }) => ({
    id: info.id,
    type: info.type,
    displayName: info.displayName,
    baseUrl: info.baseUrl,
    toolMode: info.toolMode,
    needsAccount: info.needsAccount,
    models: models.map(({ id }) => id),
    accounts: settings.accounts.filter(({ provider }) => provider === info.id).length,
    preset: info.preset,
  }))
}
