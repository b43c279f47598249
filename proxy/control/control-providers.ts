import { implement } from '@orpc/server'
import { controlContract } from '../../contract/control-contract.ts'
import type { NewProvider, Provider } from '../../contract/model.ts'
import type { ProviderSetting } from '../../contract/settings.ts'
import { controlError } from './control-error.ts'
import type { ControlPorts } from './control-ports.ts'
import { changeSettings } from './control-settings.ts'

export function controlProviders(ports: ControlPorts) {
  const make = implement(controlContract).providers
  return {
    list: make.list.handler(() => [...ports.providers()]),
    add: make.add.handler(async ({ input }) => {
      refuseTaken(input, ports)
      const added: ProviderSetting = { ...input, headers: {}, proxyUrl: null, capabilities: {} }
      await changeSettings(ports, (current) => ({ ...current, providers: [...current.providers, added] }))
      return ports.providers().find(({ id }) => id === input.id) ?? showUnserved(input)
    }),
    remove: make.remove.handler(async ({ input }) => {
      await changeSettings(ports, (current) => {
        const providers = current.providers.filter(({ id }) => id !== input.id)
        if (providers.length === current.providers.length) refuseUnknown(input.id, ports)
        return { ...current, providers }
      })
      return { done: true as const }
    }),
  }
}

function refuseTaken({ id, baseUrl }: NewProvider, ports: ControlPorts): void {
  const { username, password } = new URL(baseUrl)
  if (username !== '' || password !== '') {
    throw controlError(
      'BAD_REQUEST',
      'baseUrl: leave user name and password out; add an account with the key',
    )
  }
  const isTaken = ports.providers().some((other) => other.id === id)
  if (isTaken || ports.settings.get().providers.some((other) => other.id === id)) {
    throw controlError('CONFLICT', `there is a provider "${id}" already`)
  }
}

function refuseUnknown(id: string, ports: ControlPorts): never {
  const isBuiltIn = ports.providers().some((other) => other.id === id)
  if (isBuiltIn) throw controlError('FORBIDDEN', `provider ${id} is built in and cannot be removed`)
  throw controlError('NOT_FOUND', `there is no provider ${id}`)
}

function showUnserved(input: NewProvider): Provider {
  const { id, type, baseUrl, toolMode, models } = input
  return {
    id,
    type,
    displayName: id,
    baseUrl,
    toolMode,
    needsAccount: true,
    models,
    accounts: 0,
    preset: null,
  }
}
