import type { ProviderSetting, Settings } from '../../contract/settings.ts'
import { type Capabilities, DEFAULT_CAPABILITIES } from '../chat/capabilities.ts'
import { lookUp } from '../chat/look-up.ts'
import type { Clock } from '../clock.ts'
import { createUpstreamFetch } from '../upstream/fetch-upstream.ts'
import { anthropicCodec } from './anthropic/index.ts'
import { createCursorProvider } from './cursor/index.ts'
import { createDeepseekWebProvider } from './deepseek-web/index.ts'
import { createDemoProvider } from './demo/index.ts'
import { geminiCodec } from './gemini/index.ts'
import { openaiChatCodec } from './openai-chat/index.ts'
import { openaiResponsesCodec } from './openai-responses/index.ts'
import { IMPLIED_TYPES, PRESETS, type Preset } from './presets.ts'
import type { Provider, ServedModel, WireProvider } from './provider.ts'
import type { WireCodec } from './wire-codec.ts'

/** The wire codecs by provider type. One provider is one folder and one line here. */
const CODECS: Readonly<Record<string, WireCodec>> = {
  'openai-chat': openaiChatCodec,
  'openai-responses': openaiResponsesCodec,
  anthropic: anthropicCodec,
  gemini: geminiCodec,
}

export type BuiltProvider = {
  readonly provider: Provider
  /** Drops idle connections; after a long sleep also ends what was under way. */
  renew(sleptMs: number): void
  close(): Promise<void>
  /** What keeps it from serving just now and a person can mend. */
  problem?(): string | undefined
}

/** Writes an account's renewed session token down; resolves when it is on the disk. */
export type KeepToken = (accountId: string, token: string) => Promise<void>

/** The providers of the settings, and the demo that is always there. A type without a codec is left out and named. */
export function createProviders(
  settings: Settings,
  clock: Clock,
  keepToken: KeepToken = () => Promise.resolve(),
): { built: readonly BuiltProvider[]; problems: readonly string[] } {
  const built: BuiltProvider[] = []
  const problems = [...notYet(settings)]
  for (const setting of withImplied(settings)) {
    const made = createProvider(setting, settings, clock, keepToken)
    if (typeof made === 'string') problems.push(made)
    else built.push(made)
  }
  for (const id of directProvider(settings))
    if (!built.some(({ provider }) => provider.info.id === id))
      problems.push(`server.directToken.provider: there is no provider "${id}", so no token is taken`)
  return { built, problems }
}

/** Settings whose shape is fixed but which this version does not act on: whoever sets them is told, not left to wonder. */
function notYet(settings: Settings): string[] {
  const options = settings.providers
    .filter((provider) => provider.options !== undefined && !TYPES_WITH_OPTIONS.has(provider.type))
    .map(({ id }) => `providers "${id}".options`)
  return options.map((name) => `${name} is not part of this version and has no effect`)
}

const TYPES_WITH_OPTIONS: ReadonlySet<string> = new Set(['deepseek-web', 'cursor'])

/** An account may name a preset without a provider entry; `demo` needs no entry either. */
function withImplied(settings: Settings): ProviderSetting[] {
  const listed = [...settings.providers]
  const known = new Set(listed.map(({ id }) => id))
  for (const id of [
    'demo',
    ...settings.accounts.map(({ provider }) => provider),
    ...directProvider(settings),
  ]) {
    const type = lookUp(IMPLIED_TYPES, id) ?? lookUp(PRESETS, id)?.type
    if (known.has(id) || type === undefined) continue
    known.add(id)
    listed.push({ ...EMPTY_SETTING, id, type })
  }
  return listed
}

/** Where callers' own tokens go needs no account of the user's. */
function directProvider({ server: { directToken } }: Settings): readonly string[] {
  return directToken.mode === 'on' ? [directToken.provider] : []
}

const EMPTY_SETTING = {
  models: [],
  toolMode: 'native',
  headers: {},
  privateNetwork: false,
  proxyUrl: null,
  capabilities: {},
} as const satisfies Omit<ProviderSetting, 'id' | 'type'>

function createProvider(
  setting: ProviderSetting,
  settings: Settings,
  clock: Clock,
  keepToken: KeepToken,
): BuiltProvider | string {
  if (setting.type === 'demo')
    return {
      provider: createDemoProvider(setting.id, clock),
      renew: () => undefined,
      close: () => Promise.resolve(),
    }
  if (setting.type === 'cursor') return createCursor(setting, settings, clock)
  if (setting.type === 'deepseek-web') return createWebPlan(setting, settings, clock, keepToken)
  const codec = CODECS[setting.type]
  if (codec === undefined)
    return `Provider "${setting.id}": the type ${setting.type} is not part of this version`
  const preset = PRESETS[setting.preset ?? setting.id]
  const url = setting.baseUrl ?? preset?.baseUrl
  if (url === undefined) return `Provider "${setting.id}" needs a baseUrl`
  return createWireProvider({ setting, settings, clock, codec, preset, url })
}

function createWebPlan(
  setting: ProviderSetting,
  settings: Settings,
  clock: Clock,
  keepToken: KeepToken,
): BuiltProvider {
  const upstream = openWayOut(setting, setting.privateNetwork, settings, clock)
  const models = setting.models.map(servedModel)
  const { provider, close } = createDeepseekWebProvider({
    setting,
    settings,
    clock,
    upstream,
    models,
    keepToken,
  })
  return {
    provider,
    renew: upstream.renew,
    async close() {
      await close()
      await upstream.close()
    },
  }
}

function createCursor(setting: ProviderSetting, settings: Settings, clock: Clock): BuiltProvider {
  const upstream = openWayOut(setting, setting.privateNetwork, settings, clock)
  const models = setting.models.map(servedModel)
  const { provider, problem, close } = createCursorProvider({ setting, settings, clock, upstream, models })
  return {
    provider,
    problem,
    renew: upstream.renew,
    async close() {
      await close()
      await upstream.close()
    },
  }
}

function openWayOut(setting: ProviderSetting, privateNetwork: boolean, settings: Settings, clock: Clock) {
  return createUpstreamFetch(
    {
      privateNetwork,
      proxyUrl: setting.proxyUrl,
      connectMs: settings.timeouts.connectMs,
      headerBytes: settings.limits.headerBytes,
    },
    clock,
  )
}

type WireParts = {
  readonly setting: ProviderSetting
  readonly settings: Settings
  readonly clock: Clock
  readonly codec: WireCodec
  readonly preset: Preset | undefined
  readonly url: string
}

function createWireProvider({ setting, settings, clock, codec, preset, url }: WireParts): BuiltProvider {
  const isLocal = setting.privateNetwork || preset?.isLocal === true
  const { fetch, renew, close } = openWayOut(setting, isLocal, settings, clock)
  const provider: WireProvider = {
    kind: 'wire',
    info: {
      id: setting.id,
      type: setting.type,
      displayName: preset?.displayName ?? setting.id,
      baseUrl: url,
      preset: preset === undefined ? null : (setting.preset ?? setting.id),
      toolMode: setting.toolMode,
      needsAccount: !isLocal,
    },
    codec,
    baseUrl: new URL(url),
    headers: setting.headers,
    fetch,
    models: setting.models.map(servedModel),
    capabilitiesOf: createCapabilities(setting, preset),
  }
  return { provider, renew, close }
}

function servedModel(model: ProviderSetting['models'][number]): ServedModel {
  if (typeof model === 'string') return { id: model, upstream: model }
  return { ...model, upstream: model.upstream ?? model.id }
}

/** What every server of an API can take, whoever runs it. */
const TYPE_CAPABILITIES: Readonly<Record<string, Partial<Capabilities>>> = {
  'openai-responses': { customTools: true, imagesInToolResults: true, developerRole: true },
  anthropic: { toolNameMax: 128, imagesInToolResults: true, cacheControl: true },
  gemini: { schemaDialect: 'openapi', imagesInToolResults: true },
}

/** Default, API, preset, provider, model: the later one wins, capability by capability. */
function createCapabilities(
  setting: ProviderSetting,
  preset: Preset | undefined,
): (model: string) => Capabilities {
  const base: Capabilities = {
    ...DEFAULT_CAPABILITIES,
    ...TYPE_CAPABILITIES[setting.type],
    ...preset?.capabilities,
    ...setting.capabilities,
  }
  const byModel = new Map<string, Capabilities>()
  for (const model of setting.models)
    if (typeof model !== 'string' && model.capabilities !== undefined)
      byModel.set(model.upstream ?? model.id, { ...base, ...model.capabilities })
  return (model) => byModel.get(model) ?? base
}
