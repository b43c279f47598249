import type { Command } from 'commander'
import type { LogEntry } from '../../contract/log-entry.ts'
import type { ProxyStatus } from '../../contract/status.ts'
import { CliError, type CliWorld, EXIT } from './cli-world.ts'
import {
  type CommandContext,
  type CommonOptions,
  createContext,
  withCommonOptions,
  withControl,
} from './command-context.ts'
import { formatLogLine, LOG_HEAD } from './format-log-line.ts'
import { openRunning } from './open-control.ts'
import { formatTable } from './print-table.ts'

type LogOptions = CommonOptions & {
  readonly follow?: true
  readonly limit: string
  readonly failed?: true
  readonly text?: string
}

/** Commands that only look: models, status, logs. */
export function addWatchCommands(program: Command, world: CliWorld): void {
  withCommonOptions(program.command('models').description('the model names that clients can ask for')).action(
    async (options: CommonOptions) => {
      const context = createContext(world, options)
      const all = await withControl(context, (client) => client.models.list())
      const rows = all.map(({ id, provider, upstream, aliasOf }) => [id, provider, upstream, aliasOf ?? ''])
      context.show(all, formatTable(['model', 'provider', 'upstream', 'alias of'], rows))
    },
  )

  withCommonOptions(program.command('status').description('whether the proxy runs, and how it is')).action(
    async (options: CommonOptions) => {
      const context = createContext(world, options)
      const status = await withControl(context, (client) => client.status.get())
      context.show(status, formatStatus(status))
    },
  )

  withCommonOptions(program.command('logs').description('requests, one line each'))
    .option('--follow', 'go on with what happens from now on')
    .option('--limit <number>', 'how many of the newest', '50')
    .option('--failed', 'only those that failed')
    .option('--text <text>', 'only those that hold this text')
    .action(async (options: LogOptions) => {
      const context = createContext(world, options)
      if (options.follow === true) return await followLog(context, options)
      const entries = await withControl(context, (client) => client.log.list(queryOf(options)))
      context.show(entries, [LOG_HEAD, ...entries.toReversed().map(formatLogLine), ''].join('\n'))
    })
}

function queryOf({ limit, failed, text }: LogOptions) {
  const count = Number(limit)
  if (!Number.isInteger(count) || count < 1 || count > 500) {
    throw new CliError('--limit: a number from 1 to 500', EXIT.wrongUse)
  }
  return {
    limit: count,
    state: failed === true ? ('failed' as const) : ('all' as const),
    ...(text === undefined ? {} : { text }),
  }
}

/** Each request once when it has ended; as JSON, each change. */
async function followLog({ world, place, isJson }: CommandContext, options: LogOptions): Promise<void> {
  const control = await openRunning(place.home)
  if (control === undefined) throw new CliError('No proxy runs here; start one with `portside serve`')
  const stopped = new AbortController()
  const release = world.onStopSignal(() => stopped.abort())
  const show = (entry: LogEntry) => world.write(`${isJson ? JSON.stringify(entry) : formatLogLine(entry)}\n`)
  const isWanted = wantedEntries(options, isJson)
  try {
    const earlier = await control.client.log.list(queryOf(options))
    if (!isJson) world.write(`${LOG_HEAD}\n`)
    earlier.toReversed().filter(isWanted).forEach(show)
    const after = Math.max(0, ...earlier.map(({ sequence }) => sequence))
    const feed = await control.client.log.feed({ after }, { signal: stopped.signal })
    for await (const { entries } of feed) entries.filter(isWanted).forEach(show)
    if (!stopped.signal.aborted) throw new CliError('The proxy has ended')
  } catch (error) {
    if (!stopped.signal.aborted) throw error
  } finally {
    release()
  }
}

function wantedEntries({ failed, text }: LogOptions, isJson: boolean): (entry: LogEntry) => boolean {
  const wanted = text?.toLowerCase() ?? ''
  return (entry) => {
    const isEnded = entry.durationMs !== null && ['done', 'failed', 'cancelled'].includes(entry.state)
    if (!isJson && !isEnded) return false
    if (failed === true && entry.state !== 'failed') return false
    return wanted === '' || JSON.stringify(entry).toLowerCase().includes(wanted)
  }
}

function formatStatus(status: ProxyStatus): string {
  const { state, problem, baseUrls, requests, failures, activeRequests, accounts, attention, home } = status
  const lines = [
    problem === null ? state : `${state}: ${problem}`,
    `OpenAI     ${baseUrls.openai}`,
    `Anthropic  ${baseUrls.anthropic}`,
    `requests   ${requests}, ${activeRequests} under way, ${failures} failed`,
    `accounts   ${accounts.usable} of ${accounts.total} can be used`,
    `home       ${home}`,
    ...attention.map(({ severity, title, action }) => `${severity}: ${title}. ${action}`),
  ]
  return `${lines.join('\n')}\n`
}
