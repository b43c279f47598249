import { onTestFinished } from 'vitest'
import type { LogEntry } from '../../contract/log-entry.ts'
import { settings } from '../../contract/settings.ts'
import { createRequestLog, type LogSettings, type RequestLog, type RequestLogOptions } from './request-log.ts'

const DEFAULTS = settings.parse({}).log

type Given = Partial<Omit<RequestLogOptions, 'settings'>> & { settings?: Partial<LogSettings> }

/** A log in memory, or where `path` says, that writes at once. It is closed when the test is over. */
export function makeLog({ settings: changed = {}, ...given }: Given = {}): RequestLog {
  const log = createRequestLog({
    path: null,
    settings: () => ({ ...DEFAULTS, ...changed }),
    secrets: () => [],
    timing: { writeEveryMs: 10, retryMs: 20 },
    ...given,
  })
  onTestFinished(() => log.close())
  return log
}

export function idsOf(entries: readonly LogEntry[]): string[] {
  return entries.map(({ id }) => id)
}
