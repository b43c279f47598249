import type { LogEntry } from '../../../contract/log-entry.ts'

export type CurlRequest = {
  readonly entry: Pick<LogEntry, 'method' | 'path' | 'protocol'>
  /** Scheme, host and port of the proxy. */
  readonly origin: string
  /** Null where the body was not kept. */
  readonly body: string | null
}

const KEY_HEADERS = new Map([
  ['anthropic-messages', 'x-api-key: $PORTSIDE_KEY'],
  ['gemini', 'x-goog-api-key: $PORTSIDE_KEY'],
])

/** The request as a shell command. The key is a variable: the log never has it. */
export function curlOf({ entry, origin, body }: CurlRequest): string {
  const lines = [`curl ${shellQuote(origin + entry.path)}`]
  if (entry.method !== 'POST') lines.push(`-X ${shellQuote(entry.method)}`)
  lines.push(`-H "${KEY_HEADERS.get(entry.protocol ?? '') ?? 'Authorization: Bearer $PORTSIDE_KEY'}"`)
  if (entry.protocol === 'anthropic-messages') lines.push("-H 'anthropic-version: 2023-06-01'")
  if (entry.method === 'POST') lines.push("-H 'content-type: application/json'", bodyArgument(body))
  return lines.join(' \\\n  ')
}

function bodyArgument(body: string | null): string {
  return `--data-raw ${body === null ? '"$(cat request.json)"' : shellQuote(body)}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that a terminal would obey when pasted.
const TERMINAL_CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u

/** One shell word. Control characters are written as escapes, so that pasting it into a terminal obeys none of them. */
export function shellQuote(text: string): string {
  if (!TERMINAL_CONTROLS.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replace(new RegExp(TERMINAL_CONTROLS, 'gu'), (character) => unicodeEscape(character))
  return `$'${escaped}'`
}

const unicodeEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
