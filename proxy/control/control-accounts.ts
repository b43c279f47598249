import { randomBytes } from 'node:crypto'
import { implement } from '@orpc/server'
import type { Account, NewAccount } from '../../contract/account.ts'
import { controlContract } from '../../contract/control-contract.ts'
import type { AccountSetting, Settings } from '../../contract/settings.ts'
import { IMPLIED_TYPES, PRESETS } from '../providers/presets.ts'
import { sessionIdOf } from '../settings/account-secret.ts'
import { controlError, savingSettings } from './control-error.ts'
import type { ControlPorts } from './control-ports.ts'

/** Adding, changing, trying and removing accounts. A secret goes in, and never comes out again. */
export function controlAccounts(ports: ControlPorts) {
  const make = implement(controlContract).accounts
  return {
    list: make.list.handler(() => [...ports.accounts.list()]),
    add: make.add.handler(async ({ input }) => {
      const id = `acc-${randomBytes(6).toString('hex')}`
      refuseUnusable(input, ports)
      await savingSettings(ports.settings.update((current) => addAccount(current, id, input)))
      return showAccount(ports, id)
    }),
    update: make.update.handler(async ({ input: { id, ...changes } }) => {
      await savingSettings(
        ports.settings.update((current) => {
          const account = findAccount(current, id)
          if (changes.name !== undefined) refuseTakenName(current, account.provider, changes.name, id)
          const accounts = current.accounts.map((other) =>
            other === account ? changeAccount(account, changes) : other,
          )
          return { ...current, accounts }
        }),
      )
      return showAccount(ports, id)
    }),
    test: make.test.handler(({ input, signal }) => {
      findAccount(ports.settings.get(), input.id)
      return ports.accounts.test(input.id, signal ?? new AbortController().signal)
    }),
    remove: make.remove.handler(async ({ input }) => {
      const { credential } = findAccount(ports.settings.get(), input.id)
      await savingSettings(
        ports.settings.update((current) => ({
          ...current,
          accounts: current.accounts.filter(({ id }) => id !== input.id),
        })),
      )
      if (credential !== undefined) await ports.credentials.remove(credential)
      await ports.credentials.remove(sessionIdOf(input.id))
      return { done: true as const }
    }),
  }
}

function refuseUnusable(input: NewAccount, ports: ControlPorts): void {
  const known = new Set([
    ...ports.providers().map(({ id }) => id),
    ...Object.keys(PRESETS),
    ...Object.keys(IMPLIED_TYPES),
  ])
  if (!known.has(input.provider)) {
    throw controlError(
      'BAD_REQUEST',
      `provider: there is no "${input.provider}"; there are ${[...known].join(', ')}`,
    )
  }
  if (input.apiKey !== undefined || input.token !== undefined) return
  if (input.password === undefined) {
    throw controlError(
      'BAD_REQUEST',
      'an account needs an API key, a token, or an e-mail or mobile with a password',
    )
  }
  if (input.email === undefined && input.mobile === undefined) {
    throw controlError('BAD_REQUEST', 'a password needs the e-mail or the mobile that it belongs to')
  }
}

function addAccount(current: Settings, id: string, input: NewAccount): Settings {
  if (input.name !== undefined) refuseTakenName(current, input.provider, input.name)
  const isThere = (account: AccountSetting) =>
    account.provider === input.provider &&
    ((input.email !== undefined && account.email === input.email) ||
      (input.mobile !== undefined && account.mobile === input.mobile))
  if (current.accounts.some(isThere)) {
    throw controlError(
      'CONFLICT',
      `${input.provider} already has an account of ${input.email ?? input.mobile}`,
    )
  }
  const { priority = 0, weight = 1, ...given } = input
  const added: AccountSetting = { ...given, id, enabled: true, priority, weight }
  return { ...current, accounts: [...current.accounts, added] }
}

type AccountChanges = {
  readonly [Name in 'name' | 'enabled' | 'priority' | 'weight']?: AccountSetting[Name] | undefined
}

function changeAccount(account: AccountSetting, changes: AccountChanges): AccountSetting {
  return {
    ...account,
    name: changes.name ?? account.name,
    enabled: changes.enabled ?? account.enabled,
    priority: changes.priority ?? account.priority,
    weight: changes.weight ?? account.weight,
  }
}

function refuseTakenName(current: Settings, provider: string, name: string, except?: string): void {
  const isTaken = current.accounts.some(
    (account) => account.provider === provider && account.name === name && account.id !== except,
  )
  if (isTaken) throw controlError('CONFLICT', `${provider} already has an account named "${name}"`)
}

function findAccount(settings: Settings, id: string): AccountSetting {
  const account = settings.accounts.find((other) => other.id === id)
  if (account === undefined) throw controlError('NOT_FOUND', `there is no account ${id}`)
  return account
}

function showAccount(ports: ControlPorts, id: string): Account {
  const shown = ports.accounts.list().find((account) => account.id === id)
  return shown ?? showUnserved(findAccount(ports.settings.get(), id), id)
}

/** An account that no pool lends: its provider is not set up. */
function showUnserved(account: AccountSetting, id: string): Account {
  const { provider, enabled, priority, weight } = account
  return {
    id,
    provider,
    name: account.name ?? account.email ?? account.mobile ?? provider,
    enabled,
    priority,
    weight,
    health: enabled ? 'untested' : 'disabled',
    healthReason: null,
    availableAt: null,
    lastUsedAt: null,
    inFlight: 0,
    credentialHint: account.hint ?? null,
  }
}
