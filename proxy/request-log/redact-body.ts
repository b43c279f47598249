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

function readText(chunks: readonly Uint8Array[]): string {
  const [first = new Uint8Array(0), ...more] = chunks
  const whole = more.length === 0 ? first : Buffer.concat(chunks)
  return asBuffer(whole).toString('utf8')
}

/** Replaces long Base64 runs by `[image/png, 1234 bytes]`, in one pass. */
export function withoutPictures(text: string): string {
  if (text.length < LONG_RUN) return text
  const pieces: string[] = []
  let copied = 0
  let start = 0
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && isBase64(text.charCodeAt(at))) continue
    if (at - start >= LONG_RUN) {
      pieces.push(text.slice(copied, start), describeRun(text.slice(start, at)))
      copied = at
    }
    start = at + 1
  }
  return copied === 0 ? text : pieces.join('') + text.slice(copied)
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
