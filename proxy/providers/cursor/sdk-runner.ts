import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject } from '../../chat/json.ts'
import { pickRecords, pickString, pickText } from '../../chat/pick-fields.ts'
import type { ServedModel } from '../provider.ts'
import type { CursorRunner, RunEvent, RunRequest } from './cursor-runner.ts'
import { brokeOff, NOT_INSTALLED, readStatus, readThrown } from './read-failure.ts'
import { createRunReader, readUsage } from './read-run.ts'
import { makeThrowAwayPlace } from './throw-away-place.ts'

/** As much of `@cursor/sdk` as is used (1.0.32 examined). What it gives is read as carefully as bytes from outside. */
export type CursorSdk = {
  readonly Agent: { create(options: object): Promise<SdkAgent> }
  readonly Cursor: { readonly models: { list(options: object): Promise<unknown> } }
  readonly JsonlLocalAgentStore: new (folder: string) => object
}
type SdkAgent = {
  send(text: string): Promise<SdkRun>
  [Symbol.asyncDispose]?(): Promise<void>
}
type SdkRun = { stream(): AsyncIterable<unknown>; wait(): Promise<unknown>; cancel(): Promise<void> }

/** Cursor's SDK from the user's own installation, loaded when it is first used. */
export function createSdkRunner(url: string): CursorRunner {
  let loading: Promise<CursorSdk> | undefined
  const running = new Set<() => void>()
  const load = () => {
    loading ??= loadSdk(url)
    // One that could not be loaded is tried again with the next run.
    loading.catch(() => {
      loading = undefined
    })
    return loading
  }

  async function* run({ model, prompt, apiKey, signal }: RunRequest): AsyncGenerator<RunEvent> {
    const { Agent, JsonlLocalAgentStore } = await load()
    signal.throwIfAborted()
    const place = await makeThrowAwayPlace()
    let agent: SdkAgent | undefined
    let current: SdkRun | undefined
    const stop = () => void current?.cancel().catch(() => undefined)
    running.add(stop)
    signal.addEventListener('abort', stop, { once: true })
    try {
      agent = await Agent.create({
        apiKey,
        model: { id: model },
        tools: [],
        mcpServers: {},
        local: {
          cwd: place.workspace,
          store: new JsonlLocalAgentStore(place.config),
          settingSources: [],
          sandboxOptions: { enabled: true },
        },
      })
      signal.throwIfAborted()
      current = await agent.send(prompt)
      // The signal may have come while the run had no name yet.
      if (signal.aborted) stop()
      for await (const event of readRun(current, signal)) {
        // What has ended needs no cancelling.
        if (event.type === 'finished') current = undefined
        yield event
      }
    } catch (thrown) {
      throw signal.aborted ? signal.reason : readThrown(thrown)
    } finally {
      signal.removeEventListener('abort', stop)
      running.delete(stop)
      stop()
      await agent?.[Symbol.asyncDispose]?.().catch(() => undefined)
      await place.remove().catch(() => undefined)
    }
  }

  return {
    name: "Cursor's SDK",
    run,
    async listModels(apiKey) {
      const { Cursor } = await load()
      try {
        return readModels(await Cursor.models.list({ apiKey }))
      } catch (thrown) {
        throw readThrown(thrown)
      }
    },
    close() {
      for (const stop of running) stop()
      return Promise.resolve()
    },
  }
}

async function* readRun(run: SdkRun, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const reader = createRunReader()
  for await (const event of untilAborted(run.stream(), signal)) {
    if (isJsonObject(event)) yield* reader.read(event)
    if (reader.isOver) return
  }
  signal.throwIfAborted()
  const end = await run.wait()
  const { status, result, usage, error } = isJsonObject(end) ? end : {}
  if (isJsonObject(usage)) yield* readUsage(usage)
  if (isJsonObject(error)) throw readThrown(error)
  const failure = readStatus(String(status ?? ''), '')
  if (failure !== undefined) throw failure
  if (status !== 'finished') throw brokeOff(`its last state was ${String(status)}`)
  yield* reader.settle(typeof result === 'string' ? result : '')
  yield { type: 'finished' }
}

/** A library may be deaf to its own `cancel`: whoever left must not wait for it. */
async function* untilAborted(events: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
  const iterator = events[Symbol.asyncIterator]()
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  aborted.catch(() => undefined)
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted])
    if (next.done === true) return
    yield next.value
  }
}

async function loadSdk(url: string): Promise<CursorSdk> {
  let module: unknown
  try {
    module = await import(url)
  } catch (cause) {
    throw new ChatError('no-account', "Cursor's SDK is installed but could not be loaded; install it again", {
      code: NOT_INSTALLED,
      cause,
    })
  }
  if (isSdk(module)) return module
  throw new ChatError('upstream-changed', "Cursor's SDK has another shape than the one that Portside knows")
}

function isSdk(module: unknown): module is CursorSdk {
  if (typeof module !== 'object' || module === null) return false
  return 'Agent' in module && 'Cursor' in module && 'JsonlLocalAgentStore' in module
}

/** A list of models, as the SDK and the public API give it: names, or objects with an `id`. */
export function readModels(told: unknown): readonly ServedModel[] {
  const list = Array.isArray(told) ? told : isJsonObject(told) ? (told.items ?? told.models ?? told.data) : []
  const records = pickRecords({ list: Array.isArray(list) ? list : [] }, 'list')
  const names = Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : []
  return [
    ...names.map((id) => ({ id, upstream: id })),
    ...records.flatMap((entry) => {
      const id = pickText(entry, 'id') ?? ''
      const displayName = pickString(entry, 'displayName')
      return id === '' ? [] : [{ id, upstream: id, displayName }]
    }),
  ]
}
