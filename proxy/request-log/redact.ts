import { escapeLine } from './escape-line.ts'
import { formsOfSecret } from './secret-forms.ts'
import { createSecretMatcher, type Range } from './secret-matcher.ts'
import { REDACTED, scrubShapes } from './secret-shapes.ts'

/** Takes secrets out of what is about to be kept or shown. Sinks own one, so no caller can go around it. */
export type Redactor = {
  /** A field of one line: secrets out, controls escaped, clamped. */
  line(text: string, maxLength?: number): string
  /** A path or URL: userinfo, query values and fragment gone, then as a line. */
  url(text: string, maxLength?: number): string
  /** Longer text with its line breaks. `isCut`: it may end in the middle of a secret. */
  text(text: string, isCut?: boolean): string
  headers(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string>
}

const LINE_LENGTH = 512
const SHOWN_HEADERS =
  /^(accept|content-type|content-length|user-agent|anthropic-version|anthropic-beta|openai-beta|retry-after|x-ratelimit-[a-z0-9-]{1,60}|x-request-id|request-id|cf-ray)$/

export function createRedactor(secrets: readonly string[]): Redactor {
  const matcher = createSecretMatcher(secrets.flatMap(formsOfSecret))
  const text = (value: string, isCut = false) => scrubShapes(cutOut(value, matcher.find(value, isCut)))
  const escaped = rememberShort((value) => escapeLine(text(value)))
  const escapedUrl = rememberShort((value) => escapeLine(text(stripUrl(value))))
  const line = (value: string, maxLength = LINE_LENGTH) => clamp(escaped(value), maxLength)
  return {
    line,
    text,
    url: (value, maxLength = LINE_LENGTH) => clamp(escapedUrl(value), maxLength),
    headers: (headers) =>
      Object.fromEntries(
        Object.entries(headers)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [line(name.toLowerCase()), showHeader(name.toLowerCase(), value, line)]),
      ),
  }
}

function showHeader(
  name: string,
  value: string | readonly string[] | undefined,
  line: (text: string) => string,
): string {
  if (!SHOWN_HEADERS.test(name) || value === undefined) return REDACTED
  const whole = typeof value === 'string' ? value : value.join(', ')
  return line(name === 'user-agent' ? clientFamily(whole) : whole)
}

/** The first product of a user agent, without its version and the rest, which tell one machine from another. */
export function clientFamily(userAgent: string): string {
  return /^[A-Za-z0-9._-]{1,40}/.exec(userAgent)?.[0] ?? 'unknown'
}

function cutOut(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text
  const pieces: string[] = []
  let from = 0
  for (const { start, end } of ranges) {
    pieces.push(text.slice(from, start), REDACTED)
    from = end
  }
  return pieces.join('') + text.slice(from)
}

function stripUrl(url: string): string {
  const [withoutFragment = ''] = url.split('#', 1)
  const question = withoutFragment.indexOf('?')
  const path = question < 0 ? withoutFragment : withoutFragment.slice(0, question)
  const bare = path.replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)[^/@]{0,1024}@/i, `$1${REDACTED}@`)
  return question < 0 ? bare : `${bare}?${stripQuery(withoutFragment.slice(question + 1))}`
}

function stripQuery(query: string): string {
  return query
    .slice(0, 4096)
    .split('&')
    .map((pair) => (pair.includes('=') ? `${pair.slice(0, pair.indexOf('='))}=${REDACTED}` : REDACTED))
    .join('&')
}

const REMEMBERED_LENGTH = 200
const REMEMBERED_TEXTS = 1_000

/** Names of models, accounts and paths come with every request: what was made of short texts is kept. */
function rememberShort(redact: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    if (text.length > REMEMBERED_LENGTH) return redact(text)
    const kept = known.get(text)
    if (kept !== undefined) return kept
    if (known.size === REMEMBERED_TEXTS) known.clear()
    const made = redact(text)
    known.set(text, made)
    return made
  }
}

function clamp(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`
}
