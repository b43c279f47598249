import type { ProviderSetting, Settings } from '../../../contract/settings.ts'
import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest } from '../../chat/chat-request.ts'
import { hideSecrets } from '../../chat/hide-secrets.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import type { Clock } from '../../clock.ts'
import type { UpstreamFetch } from '../../upstream/fetch-upstream.ts'
import type { CallAccount, ChatCall, ChatProvider, ServedModel } from '../provider.ts'
import { createCliRunner } from './cli-runner.ts'
import { createCursorApi } from './cursor-api.ts'
import type { CursorRunner } from './cursor-runner.ts'
import { createFinder, type Found, sayNotInstalled } from './find-cursor.ts'
import { createRunLimit } from './limit-runs.ts'
import { readOptions } from './options.ts'
import { NOT_INSTALLED } from './read-failure.ts'
import { readUsagePages } from './read-usage-pages.ts'
import { createSdkRunner } from './sdk-runner.ts'
import { streamAnswer } from './stream-answer.ts'
import { LIMITS, VENDOR } from './vendor.ts'
import { writePrompt } from './write-prompt.ts'

export type CursorParts = {
  readonly setting: ProviderSetting
  readonly settings: Settings
  readonly clock: Clock
  readonly upstream: UpstreamFetch
  /** Models that the settings name; empty: those of the account. */
  readonly models: readonly ServedModel[]
}

const DEFAULT_MODEL: ServedModel = {
  id: VENDOR.defaultModel,
  upstream: VENDOR.defaultModel,
  displayName: 'Cursor’s own choice',
}

/** The user's own Cursor plan, by Cursor's own command line or SDK. docs/providers.md says what is done here and what is not. */
export function createCursorProvider({ setting, settings, clock, upstream, models }: CursorParts): {
  readonly provider: ChatProvider
  /** What the user has to install; undefined where it is there. */
  problem(): string | undefined
  close(): Promise<void>
} {
  const options = readOptions(setting)
  const apiUrl = new URL(setting.baseUrl ?? VENDOR.apiUrl)
  const api = createCursorApi({ fetch: upstream.fetch, apiUrl, webUrl: new URL(options.webUrl) })
  const find = createFinder(options, clock)
  const limit = createRunLimit(options.runs)
  const runners = new Map<string, CursorRunner>()

  function makeRunner(found: Found): CursorRunner {
    if (found.kind === 'sdk') return createSdkRunner(found.url)
    const { sseEventBytes, upstreamBodyBytes } = settings.limits
    return createCliRunner({
      file: found.file,
      clock,
      maxLineBytes: sseEventBytes,
      maxBytes: upstreamBodyBytes,
    })
  }
  /** Throws what the user has to install. */
  function runner(): CursorRunner {
    const found = find()
    if (found === undefined) throw notInstalled(sayNotInstalled(options))
    const place = found.kind === 'cli' ? found.file : found.url
    const made = runners.get(place) ?? makeRunner(found)
    runners.set(place, made)
    return made
  }

  async function* streamChat(request: ChatRequest, call: ChatCall): AsyncGenerator<StreamPart> {
    const prompt = writePrompt(request)
    if (Buffer.byteLength(prompt) > LIMITS.promptBytes) throw tooLong(prompt.length)
    const apiKey = keyOf(call.account)
    const cursor = runner()
    const leave = await limit.enter(call.signal)
    const timed = limitTime(call.signal, options.runLimitMs, clock)
    try {
      const events = cursor.run({ model: call.model, prompt, apiKey, signal: timed.signal })
      yield* streamAnswer(events, {
        model: call.model,
        showsThinking: request.reasoning?.mode !== 'off',
        promptCharacters: prompt.length,
      })
    } catch (thrown) {
      throw hideSecrets(thrown, secretsOf(call.account))
    } finally {
      timed.release()
      leave()
    }
  }

  /** What will serve names the models best; the public API names them where it cannot. */
  async function askForModels(
    { credential }: CallAccount,
    signal: AbortSignal,
  ): Promise<readonly ServedModel[]> {
    try {
      const listed = await runner().listModels(credential, signal)
      if (listed.length > 0) return listed
    } catch {
      // The public API is asked next, and says what is wrong with the key.
    }
    return api.listModels(credential, signal)
  }

  const provider: ChatProvider = {
    kind: 'chat',
    info: {
      id: setting.id,
      type: setting.type,
      displayName: 'Cursor',
      baseUrl: apiUrl.href,
      preset: null,
      toolMode: 'bridge',
      thinking: 'native',
      needsAccount: true,
      separateSession: true,
      pacing: { inFlight: options.runs, betweenStartsMs: 0 },
    },
    models,
    streamChat,
    async listModels(account, signal) {
      const listed = await askForModels(account, signal).catch(() => [])
      return [DEFAULT_MODEL, ...listed.filter(({ id }) => id !== DEFAULT_MODEL.id)]
    },
    async testAccount(account, signal) {
      try {
        const owner = await api.whoAmI(keyOf(account), signal)
        const { name } = runner()
        const usage =
          account.session === undefined ? '' : `; ${await readUsagePages(api, account.session, signal)}`
        return `The key works: it is of ${owner}. Requests go through ${name}${usage}`
      } catch (thrown) {
        throw hideSecrets(thrown, secretsOf(account))
      }
    },
  }
  return {
    provider,
    problem() {
      if (find() !== undefined) return undefined
      return `Provider "${setting.id}": ${sayNotInstalled(options)}`
    },
    async close() {
      await Promise.all([...runners.values()].map((one) => one.close()))
    },
  }
}

function secretsOf({ credential, session }: CallAccount): (string | undefined)[] {
  return [credential, session, session && decodeURIComponent(session)]
}

/** A session cookie serves account pages alone: it is never taken for a key. */
function keyOf({ credential }: CallAccount): string {
  if (credential !== '') return credential
  throw new ChatError(
    'upstream-auth',
    `This account has no Cursor API key, which requests need: make one at ${VENDOR.keyPage}`,
    { code: 'key_missing' },
  )
}

/** `no-account`: nobody is to blame and nothing is to be tried again; the person has to do something. */
function notInstalled(message: string): ChatError {
  return new ChatError('no-account', message, { code: NOT_INSTALLED })
}

function tooLong(characters: number): ChatError {
  return new ChatError(
    'context-too-long',
    `The prompt has ${characters} characters; Portside gives Cursor at most ${LIMITS.promptBytes} bytes`,
    { code: 'context_length_exceeded' },
  )
}

/** The caller's signal, and the time that a run may take. */
function limitTime(
  signal: AbortSignal,
  limitMs: number,
  clock: Clock,
): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = clock.timer(limitMs, () =>
    controller.abort(
      new ChatError('timed-out', `Cursor's run took longer than ${Math.round(limitMs / 1000)} s`, {
        code: 'run_limit',
      }),
    ),
  )
  return {
    signal: controller.signal,
    release() {
      timer.cancel()
      signal.removeEventListener('abort', onAbort)
    },
  }
}
