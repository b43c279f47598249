import type { Model } from '../../contract/model.ts'
import type { Settings } from '../../contract/settings.ts'
import { ChatError } from '../chat/chat-error.ts'
import type { Provider, ServedModel } from '../providers/provider.ts'
import type { ModelRoute } from '../relay/relay-ports.ts'

/** Which names clients may ask for, and who serves them. */
export type ModelCatalogue = {
  list(): readonly Model[]
  /** Who can serve a name, in the order of the settings. Throws `model-not-found`, naming the models there are. */
  route(name: string, provider: string | undefined): readonly ModelRoute[]
}

export type CatalogueSource = {
  readonly settings: Settings
  readonly providers: readonly Provider[]
  /** What an upstream listed itself, for providers whose settings name no models. */
  readonly discovered: ReadonlyMap<string, readonly ServedModel[]>
}

const NAMED_IN_ERRORS = 20
/** With a provider that takes every name there is no end of them, nor of their length. */
const REMEMBERED_NAMES = 1000
const REMEMBERED_LENGTH = 200

export function createModelCatalogue({ settings, providers, discovered }: CatalogueSource): ModelCatalogue {
  const hidden = new Set(settings.models.hidden)
  const served = (provider: Provider) =>
    provider.models.length > 0 ? provider.models : (discovered.get(provider.info.id) ?? [])
  const list = listModels(providers, served, settings).filter(({ id }) => !hidden.has(id))

  function routesOf(name: string, only: string | undefined): ModelRoute[] {
    return providers
      .filter(({ info }) => only === undefined || info.id === only)
      .flatMap((provider): ModelRoute[] => {
        const models = served(provider)
        const listed = models.find(({ id }) => id === name)
        const plain = listed === undefined ? withoutSuffix(name, provider, settings) : undefined
        const base = plain === undefined ? undefined : findModel(models, plain)
        if (base !== undefined)
          return [{ provider: provider.info.id, model: base.upstream, wantsThinking: true }]
        const found = findModel(models, name)
        return found === undefined ? [] : [{ provider: provider.info.id, model: found.upstream }]
      })
  }

  function findRoutes(name: string, only: string | undefined): readonly ModelRoute[] {
    for (const candidate of candidateNames(name, settings)) {
      const routes = routesOf(candidate, only)
      if (routes.length > 0) return routes
      const [, provider = '', rest = ''] = /^([a-z0-9-]+)\/(.+)$/.exec(candidate) ?? []
      const named = only === undefined && rest !== '' ? routesOf(rest, provider) : []
      if (named.length > 0) return named
    }
    throw unknownModel(name, only, list)
  }

  const found = new Map<string, readonly ModelRoute[]>()
  function lookUp(name: string, only: string): readonly ModelRoute[] {
    // No provider's id has a space in it.
    const question = `${only} ${name}`
    const known = found.get(question)
    if (known !== undefined) return known
    const routes = findRoutes(name, only === '' ? undefined : only)
    if (name.length > REMEMBERED_LENGTH) return routes
    if (found.size === REMEMBERED_NAMES) found.clear()
    found.set(question, routes)
    return routes
  }

  /** To compare with what was asked last takes less than to look it up. */
  let last:
    | { readonly name: string; readonly only: string; readonly routes: readonly ModelRoute[] }
    | undefined
  return {
    list: () => list,
    route(name, only = '') {
      if (name !== last?.name || only !== last.only) last = { name, only, routes: lookUp(name, only) }
      return last.routes
    },
  }
}

/**
 * What an alias makes of the name, then the name itself. An alias is followed once: a chain would hide where a name
 * goes. An alias has a thinking twin too, unless the user named it otherwise.
 */
function candidateNames(name: string, settings: Settings): string[] {
  const { aliases, thinkingSuffix } = settings.models
  const alias = findAlias(name, settings)
  const names = alias === undefined ? [name] : [alias, name]
  if (thinkingSuffix === '' || !name.endsWith(thinkingSuffix) || Object.hasOwn(aliases, name)) return names
  const plain = findAlias(name.slice(0, -thinkingSuffix.length), settings)
  return plain === undefined ? names : [plain + thinkingSuffix, ...names]
}

function findAlias(name: string, settings: Settings): string | undefined {
  const { aliases } = settings.models
  const exact = aliases[name]
  const wildcard = Object.keys(aliases)
    .filter((pattern) => pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)))
    .sort((a, b) => b.length - a.length)[0]
  const target = exact ?? (wildcard === undefined ? undefined : aliases[wildcard])
  if (target !== undefined) return typeof target === 'string' ? target : target.model
  return claudeMapping(name, settings)
}

/** `claude_mapping`: Claude's small models go to `fast`, all others to `slow`, where these are set. */
function claudeMapping(name: string, { claude_mapping: mapping }: Settings): string | undefined {
  if (!name.startsWith('claude-')) return undefined
  return name.includes('haiku') ? mapping.fast : mapping.slow
}

/** A provider with the model `*` takes every name. */
function findModel(models: readonly ServedModel[], name: string): ServedModel | undefined {
  const found = models.find(({ id }) => id === name)
  return found ?? (models.some(({ id }) => id === '*') ? { id: name, upstream: name } : undefined)
}

/** Each model of a bridged provider has a second name, under which it thinks. */
function withoutSuffix(name: string, { info }: Provider, settings: Settings): string | undefined {
  const { thinkingSuffix } = settings.models
  if (info.toolMode !== 'bridge' || thinkingSuffix === '') return undefined
  if (name.length <= thinkingSuffix.length || !name.endsWith(thinkingSuffix)) return undefined
  const plain = name.slice(0, -thinkingSuffix.length)
  return saysWhetherToThink(plain, info, settings) ? undefined : plain
}

/**
 * Names that already say whether their model thinks have no second name: `…-nothinking`, and `…-thinking` where the
 * upstream thinks by itself. To others thinking is lent, whatever they are called.
 */
function saysWhetherToThink(
  name: string,
  { thinking }: Provider['info'],
  { models: { thinkingSuffix } }: Settings,
): boolean {
  if (thinking === 'native' && name.endsWith(thinkingSuffix)) return true
  return /-no-?thinking$/i.test(name)
}

function listModels(
  providers: readonly Provider[],
  served: (provider: Provider) => readonly ServedModel[],
  settings: Settings,
): Model[] {
  const models = new Map<string, Model>()
  const add = (model: Model) => models.has(model.id) || models.set(model.id, model)
  const plain = (provider: Provider) => served(provider).filter(({ id }) => id !== '*')
  // What an upstream really has comes before the twins that think.
  const twins = (provider: Provider) => thinkingModels(plain(provider), provider, settings)
  for (const listed of [plain, twins])
    for (const provider of providers) for (const model of listed(provider)) add(describe(model, provider))
  for (const [alias, target] of Object.entries(settings.models.aliases)) {
    const to = models.get(typeof target === 'string' ? target : target.model)
    if (to !== undefined && !alias.endsWith('*'))
      add({ ...to, id: alias, displayName: alias, aliasOf: to.id })
  }
  return [...models.values()]
}

/** The second names of a bridged provider's models. */
function thinkingModels(
  models: readonly ServedModel[],
  { info }: Provider,
  settings: Settings,
): readonly ServedModel[] {
  const { thinkingSuffix } = settings.models
  if (info.toolMode !== 'bridge' || thinkingSuffix === '') return []
  return models
    .filter(({ id }) => !saysWhetherToThink(id, info, settings))
    .map((model) => ({
      ...model,
      id: model.id + thinkingSuffix,
      displayName: `${model.displayName ?? model.id}, thinking`,
    }))
}

function describe(model: ServedModel, provider: Provider): Model {
  return {
    id: model.id,
    provider: provider.info.id,
    upstream: model.upstream,
    aliasOf: null,
    displayName: model.displayName ?? model.id,
    maxInputTokens: model.maxInputTokens ?? null,
    maxOutputTokens: model.maxOutputTokens ?? null,
  }
}

function unknownModel(name: string, provider: string | undefined, list: readonly Model[]): ChatError {
  const there = list
    .filter((model) => provider === undefined || model.provider === provider)
    .map(({ id }) => id)
  const named = there.slice(0, NAMED_IN_ERRORS).join(', ')
  const more = there.length > NAMED_IN_ERRORS ? ` and ${there.length - NAMED_IN_ERRORS} more` : ''
  const where = provider === undefined ? '' : ` at ${provider}`
  return new ChatError(
    'model-not-found',
    `There is no model "${name.slice(0, 120)}"${where}. Models there are: ${named || 'none'}${more}`,
    {
      code: 'model_not_found',
      param: 'model',
    },
  )
}
