import type { Account, AccountTest } from '../../contract/account.ts'
import type { Model, Provider } from '../../contract/model.ts'
import type { ProxyStatus } from '../../contract/status.ts'
import type { RequestLog } from '../request-log/request-log.ts'
import type { CredentialStore } from '../settings/credential-store.ts'
import type { SettingsStore } from '../settings/settings-store.ts'

/** Everything the control plane needs of the rest of the proxy. */
export type ControlPorts = {
  readonly settings: SettingsStore
  readonly credentials: CredentialStore
  readonly log: RequestLog
  readonly lifecycle: {
    status(): ProxyStatus
    subscribe(listener: () => void): () => void
    start(): Promise<ProxyStatus>
    stop(): Promise<ProxyStatus>
    readonly canStop: boolean
  }
  readonly accounts: {
    list(): readonly Account[]
    test(id: string, signal: AbortSignal): Promise<AccountTest>
  }
  readonly models: () => readonly Model[]
  readonly providers: () => readonly Provider[]
  /** When the local key was last used, in milliseconds since 1970. */
  readonly keyUse: (id: string) => number | null
}
