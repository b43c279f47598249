import { asBuffer } from '../../as-buffer.ts'
import { ChatError } from '../../chat/chat-error.ts'

/** The lines that certain headers make, with what else they were made of. */
export type WrittenHeads = WeakMap<object, WrittenHead>
type WrittenHead = {
  readonly method: string
  readonly target: string
  readonly host: string
  readonly text: string
}

/** A request as it goes out: `text` holds one byte in each character; `body` is what of it comes behind. */
export type WrittenRequest = { readonly text: string; readonly body: Uint8Array | undefined }

export type RequestToWrite = {
  readonly method: 'GET' | 'POST'
  /** Path and query as a `URL` gives them: with nothing in them that would have to be escaped. */
  readonly target: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | undefined
}

/** Up to here a copy is cheaper than a second piece to write. */
const JOINED_BYTES = 16_384

/** What the connection says for itself: two that say different things would be two requests in one. */
const OURS = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const NOT_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/** Writes head and body. Throws where a header would break out of its line, or speak of what is the connection's own. */
export function writeRequest(request: RequestToWrite, known: WrittenHeads = new WeakMap()): WrittenRequest {
  const { body } = request
  const head = findHead(request, known)
  if (body === undefined)
    return { text: request.method === 'GET' ? `${head}\r\n` : withLength(head, 0), body }
  if (typeof body === 'string') return writeText(head, body)
  return writeBytes(head, body)
}

function writeText(head: string, body: string): WrittenRequest {
  const length = Buffer.byteLength(body)
  // As many bytes as characters: it is ASCII, and goes as it is.
  if (length === body.length && length <= JOINED_BYTES)
    return { text: withLength(head, length) + body, body: undefined }
  return writeBytes(head, Buffer.from(body))
}

function writeBytes(head: string, body: Uint8Array): WrittenRequest {
  const text = withLength(head, body.length)
  if (body.length > JOINED_BYTES) return { text, body }
  return { text: text + asBuffer(body).toString('latin1'), body: undefined }
}

function withLength(head: string, length: number): string {
  return `${head}content-length: ${length}\r\n\r\n`
}

function findHead(request: RequestToWrite, known: WrittenHeads): string {
  const { method, target, host, headers } = request
  const found = known.get(headers)
  if (found?.target === target && found.method === method && found.host === host) return found.text
  const text = writeHead(request)
  // Only what cannot change meanwhile, and was made to be used again, is worth remembering.
  if (Object.isFrozen(headers)) known.set(headers, { method, target, host, text })
  return text
}

/** All lines but the length, each with its end. */
function writeHead({ method, target, host, headers }: RequestToWrite): string {
  let lines = ''
  let isHostGiven = false
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined) continue
    const lower = name.toLowerCase()
    if (!NAME.test(name) || NOT_IN_VALUE.test(value) || OURS.has(lower)) throw notAllowed(name)
    if (lower === 'host') isHostGiven = true
    lines += `${name}: ${value}\r\n`
  }
  const hostLine = isHostGiven ? '' : `host: ${host}\r\n`
  return `${method} ${target} HTTP/1.1\r\n${hostLine}connection: keep-alive\r\n${lines}`
}

/** Says the name, where that can be shown, and never the value: it may be a key. */
function notAllowed(name: string): ChatError {
  const shown = NAME.test(name) ? `"${name}"` : 'with an odd name'
  return new ChatError(
    'upstream-unavailable',
    `The header ${shown} cannot be sent to the upstream; check the provider's headers and the account's key`,
    { code: 'invalid_header' },
  )
}
