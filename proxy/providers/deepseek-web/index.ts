import type { ProviderSetting, Settings } from '../../../contract/settings.ts'
import { hideSecrets } from '../../chat/hide-secrets.ts'
import type { Clock } from '../../clock.ts'
import { delay } from '../../clock.ts'
import type { UpstreamFetch } from '../../upstream/fetch-upstream.ts'
import type { ChatProvider, ServedModel } from '../provider.ts'
import { webModels } from './choose-model.ts'
import { converse } from './converse.ts'
import { readOptions } from './options.ts'
import { createPowSolver } from './pow/pow-solver.ts'
import { createProveWork } from './prove-work.ts'
import { createSessionTokens } from './session-tokens.ts'
import { TIMES, VENDOR } from './vendor.ts'
import { createWebApi } from './web-api.ts'

export type DeepseekWebParts = {
  readonly setting: ProviderSetting
  readonly settings: Settings
  readonly clock: Clock
  readonly upstream: UpstreamFetch
  /** Models that the settings name; empty: all that the web has. */
  readonly models: readonly ServedModel[]
  readonly keepToken: (accountId: string, token: string) => Promise<void>
}

/** How long closing waits for sessions that are being deleted. */
const FAREWELL_MS = 3_000

/** DeepSeek's web chat, with the user's own account. docs/providers.md says what is done here and what is not. */
export function createDeepseekWebProvider(parts: DeepseekWebParts): {
  readonly provider: ChatProvider
  close(): Promise<void>
} {
  const { setting, settings, clock, upstream } = parts
  const options = readOptions(setting)
  const baseUrl = new URL(setting.baseUrl ?? VENDOR.baseUrl)
  const api = createWebApi({ fetch: upstream.fetch, clock, baseUrl, headers: setting.headers, options })
  const tokens = createSessionTokens({ api, clock, keepToken: parts.keepToken })
  const solver = createPowSolver(clock, TIMES.powLimit)
  const background = new Set<Promise<void>>()
  const ports = {
    api,
    tokens,
    clock,
    options,
    proveWork: createProveWork(api, solver, options.paths),
    times: {
      firstByteMs: settings.timeouts.firstByteReasoningMs,
      idleMs: settings.timeouts.idleMs,
      noProgressMs: settings.timeouts.noProgressMs,
      sseEventBytes: settings.limits.sseEventBytes,
    },
    inBackground(work: Promise<void>) {
      background.add(work)
      void work.finally(() => background.delete(work))
    },
  }
  const provider: ChatProvider = {
    kind: 'chat',
    info: {
      id: setting.id,
      type: setting.type,
      displayName: 'DeepSeek (web)',
      baseUrl: baseUrl.href,
      preset: null,
      toolMode: 'bridge',
      thinking: 'native',
      needsAccount: true,
      pacing: options.pacing,
    },
    models: parts.models.length > 0 ? parts.models : webModels(options),
    streamChat: (request, call) => converse(request, call, ports),
    async testAccount(account, signal) {
      try {
        await tokens.check(account, signal)
        return `The account works; ${baseUrl.host} takes its sign-in`
      } catch (thrown) {
        throw hideSecrets(thrown, [account.credential, account.login?.password, ...tokens.known(account)])
      }
    },
  }
  return {
    provider,
    async close() {
      const given = new AbortController()
      const limit = delay(clock, FAREWELL_MS, given.signal).catch(() => undefined)
      await Promise.race([Promise.allSettled(background), limit])
      given.abort()
      await solver.close()
    },
  }
}
