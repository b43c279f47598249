import type { LogBodies } from '../../contract/log-entry.ts'
import { asBuffer } from '../as-buffer.ts'
import type { RawBodies } from './block-bodies.ts'
import type { Redactor } from './redact.ts'

/** A run of this many Base64 characters is a picture or a file, not text. */
const LONG_RUN = 512

const KINDS: readonly (readonly [string, string])[] = [
  ['iVBORw0KGg', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['JVBERi0', 'application/pdf'],
]

export function redactBodies(raw: RawBodies, redactor: Redactor): LogBodies {
  const { request, response, requestCut, responseCut } = raw
  return {
    request: redactBody([request], requestCut, redactor),
    response: redactBody([response], responseCut, redactor),
    requestCut,
    responseCut,
  }
}

/** A body as it may be kept: pictures by kind and size, secrets gone. */
export function redactBody(chunks: readonly Uint8Array[], isCut: boolean, redactor: Redactor): string {
  return redactor.text(withoutPictures(readText(chunks)), isCut)
}

/** The same for bytes that stay bytes: those that came where nothing has to go. */
export function redactBytes(bytes: Uint8Array, isCut: boolean, redactor: Redactor): Uint8Array {
  const text = readText([bytes])
  const clean = redactor.text(withoutPictures(text), isCut)
  return clean === text ? bytes : Buffer.from(clean)
}

function readText(chunks: readonly Uint8Array[]): string {
  const [first = new Uint8Array(0), ...more] = chunks
  const whole = more.length === 0 ? first : Buffer.concat(chunks)
  return asBuffer(whole).toString('utf8')
}

/** Replaces long Base64 runs by `[image/png, 1234 bytes]`. Looks at every place that such a run would reach over, and no more. */
export function withoutPictures(text: string): string {
  const pieces: string[] = []
  let copied = 0
  let at = LONG_RUN - 1
  while (at < text.length) {
    const start = startOfRun(text, at)
    const end = start > at ? at : endOfRun(text, at)
    if (end - start >= LONG_RUN) {
      pieces.push(text.slice(copied, start), describeRun(text.slice(start, end)))
      copied = end
    }
    at = end + LONG_RUN
  }
  return copied === 0 ? text : pieces.join('') + text.slice(copied)
}

/** Where the run begins that the character at `at` belongs to; behind it where it belongs to none. */
function startOfRun(text: string, at: number): number {
  let start = at + 1
  while (start > 0 && isBase64(text.charCodeAt(start - 1))) start -= 1
  return start
}

function endOfRun(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && isBase64(text.charCodeAt(end))) end += 1
  return end
}

function describeRun(run: string): string {
  const mime = KINDS.find(([beginning]) => run.startsWith(beginning))?.[1] ?? 'base64'
  return `[${mime}, ${Math.floor((run.length * 3) / 4)} bytes]`
}

function isBase64(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 43 ||
    code === 47 ||
    code === 61 ||
    code === 45 ||
    code === 95
  )
}
