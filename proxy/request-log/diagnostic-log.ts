import pino, { type DestinationStream, type Logger } from 'pino'
import { escapeLine } from './escape-line.ts'
import { createRedactor, type Redactor } from './redact.ts'

export type DiagnosticLog = Logger

export type DiagnosticLogOptions = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly secrets: () => readonly string[]
  /** Standard error where it is left out. */
  readonly destination?: DestinationStream
}

const LEVELS: ReadonlySet<string> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])

/** Portside's own log: one JSON object a line on standard error, redacted in the sink, so no caller can go around it. */
export function createDiagnosticLog({ env, secrets, destination }: DiagnosticLogOptions): DiagnosticLog {
  const wanted = env.PORTSIDE_LOG_LEVEL?.trim().toLowerCase() ?? ''
  const level = LEVELS.has(wanted) ? wanted : 'warn'
  const sink = destination ?? pino.destination({ dest: 2, sync: true })
  const redacting = { write: (line: string) => void sink.write(`${redactLine(line, currentRedactor())}\n`) }

  let known: readonly string[] = []
  let redactor = createRedactor(known)
  function currentRedactor(): Redactor {
    const now = secrets()
    if (now.length === known.length && now.every((secret, index) => secret === known[index])) return redactor
    known = [...now]
    redactor = createRedactor(known)
    return redactor
  }

  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, redacting)
}

/** Redacts the texts inside the line, not the line: a scrub across quotes could break the JSON. */
function redactLine(line: string, redactor: Redactor): string {
  try {
    return JSON.stringify(redactValue(JSON.parse(line), redactor))
  } catch {
    return JSON.stringify({ level: 50, msg: redactor.line(escapeLine(line), 2_000) })
  }
}

function redactValue(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.line(value, 4_000)
  if (Array.isArray(value)) return value.map((inner) => redactValue(inner, redactor))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [redactor.line(key), redactField(key, inner, redactor)]),
  )
}

const SECRET_FIELD =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-goog-api-key|api_?key|token|password|secret)$/i

function redactField(key: string, value: unknown, redactor: Redactor): unknown {
  return SECRET_FIELD.test(key) ? '[redacted]' : redactValue(value, redactor)
}
