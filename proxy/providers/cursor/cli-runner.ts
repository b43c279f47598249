import { ChatError } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { Clock } from '../../clock.ts'
import type { ServedModel } from '../provider.ts'
import type { CursorRunner, RunEvent, RunRequest } from './cursor-runner.ts'
import { brokeOff, NOT_INSTALLED, readFailure } from './read-failure.ts'
import { createNdjsonReader } from './read-ndjson.ts'
import { createRunReader, type RunReader } from './read-run.ts'
import { type RunningProcess, startProcess } from './start-process.ts'
import { makeThrowAwayPlace, type ThrowAwayPlace } from './throw-away-place.ts'
import { LIMITS, TIMES } from './vendor.ts'

export type CliRunnerPorts = {
  readonly file: string
  readonly clock: Clock
  /** Longest line of JSON, and most bytes of one run. */
  readonly maxLineBytes: number
  readonly maxBytes: number
}

/**
 * Asks for text alone: `ask` neither edits nor runs anything, the sandbox is on, nothing is approved beforehand, and
 * the workspace is an empty folder whose permissions deny every tool. `--trust` is about that folder.
 */
const TEXT_ONLY = ['--mode', 'ask', '--sandbox', 'enabled', '--trust'] as const

/** What the program needs of this one's environment. Nothing else of it, and no secret of Portside's, goes along. */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|windir|ComSpec|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA|ProgramData|XDG_CACHE_HOME|https?_proxy|no_proxy|all_proxy|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS)$/i

/** Cursor's command line, as the user installed it. The key goes by the environment, the prompt by standard input. */
export function createCliRunner(ports: CliRunnerPorts): CursorRunner {
  const running = new Set<RunningProcess>()

  /** Both are gone when the loop is left. */
  async function* withProcess<T>(
    call: { readonly args: readonly string[]; readonly apiKey: string; readonly stdin: string },
    signal: AbortSignal,
    work: (child: RunningProcess) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    signal.throwIfAborted()
    const place = await makeThrowAwayPlace()
    const child = startProcess(
      {
        file: ports.file,
        args: [...call.args, '--workspace', place.workspace],
        cwd: place.workspace,
        env: environment(call.apiKey, place),
        stdin: call.stdin,
        stderrBytes: LIMITS.stderrBytes,
      },
      ports.clock,
    )
    running.add(child)
    const stop = () => void child.end()
    signal.addEventListener('abort', stop, { once: true })
    try {
      yield* work(child)
    } catch (error) {
      throw signal.aborted ? signal.reason : tellStart(error)
    } finally {
      signal.removeEventListener('abort', stop)
      await child.end()
      running.delete(child)
      await place.remove().catch(() => undefined)
    }
  }

  return {
    name: "Cursor's command line",
    async *run({ model, prompt, apiKey, signal }: RunRequest) {
      const args = [
        '-p',
        '--output-format',
        'stream-json',
        '--stream-partial-output',
        ...TEXT_ONLY,
        '--model',
        model,
      ]
      yield* withProcess({ args, apiKey, stdin: prompt }, signal, (child) => readEvents(child, signal, ports))
    },
    async listModels(apiKey, signal) {
      let text = ''
      const call = { args: ['models'], apiKey, stdin: '' }
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMES.list)])
      for await (const output of withProcess(call, limit, (child) => readOutput(child, ports))) text += output
      return readModelList(text)
    },
    async close() {
      await Promise.all([...running].map((child) => child.end()))
    },
  }
}

async function* readEvents(
  child: RunningProcess,
  signal: AbortSignal,
  ports: CliRunnerPorts,
): AsyncGenerator<RunEvent> {
  const lines = createNdjsonReader(ports)
  const reader = createRunReader()
  let bytes = 0
  for await (const chunk of child.stdout) {
    bytes += chunk.length
    if (bytes > ports.maxBytes)
      throw new ChatError('upstream-changed', `Cursor wrote more than ${ports.maxBytes} bytes`)
    yield* readAll(lines.push(chunk), reader)
    if (reader.isOver) return
  }
  yield* readAll(lines.end(), reader)
  if (reader.isOver) return
  const { code, signal: killedBy } = await child.ended
  signal.throwIfAborted()
  const said = child.stderr().trim()
  if (said !== '') throw readFailure({ message: said })
  throw brokeOff(killedBy === null ? `it ended with code ${code}` : `it was ended by ${killedBy}`)
}

function* readAll(events: Iterable<JsonObject>, reader: RunReader): Generator<RunEvent> {
  for (const event of events) {
    yield* reader.read(event)
    if (reader.isOver) return
  }
}

async function* readOutput(child: RunningProcess, { maxLineBytes }: CliRunnerPorts): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  for await (const chunk of child.stdout) {
    bytes += chunk.length
    if (bytes > maxLineBytes) throw new ChatError('upstream-changed', 'Cursor listed too much')
    yield decoder.decode(chunk, { stream: true })
  }
  const { code } = await child.ended
  if (code !== 0) throw readFailure({ message: child.stderr().trim() || `its list ended with code ${code}` })
}

/** Lines of `name - title`, some with a remark such as `(current)` behind them; titles and hints are no models. */
export function readModelList(text: string): readonly ServedModel[] {
  const models: ServedModel[] = []
  for (const line of text.split('\n')) {
    const [, id, title = ''] = /^\s*([a-z0-9][\w.:/-]{0,79}) - (.{1,120}?)\s*$/i.exec(line) ?? []
    if (id === undefined) continue
    models.push({ id, upstream: id, displayName: title.replace(/( \((current|default)[^)]*\))+$/i, '') })
  }
  return models
}

function environment(apiKey: string, { config }: ThrowAwayPlace): Record<string, string> {
  const passed = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED_ON.test(entry[0]),
  )
  return {
    ...Object.fromEntries(passed),
    CURSOR_API_KEY: apiKey,
    // Settings, and the conversations that the program keeps, stay in the throw-away folder.
    CURSOR_CONFIG_DIR: config,
    NO_OPEN_BROWSER: '1',
    NO_COLOR: '1',
  }
}

/** A file that was there a moment ago and cannot be run. */
function tellStart(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOEXEC') return error
  return new ChatError('no-account', `Cursor's command line could not be started (${code})`, {
    code: NOT_INSTALLED,
    cause: error,
  })
}
