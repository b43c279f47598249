import { ChatError } from '../../proxy/chat/chat-error.ts'
import type { StreamPart } from '../../proxy/chat/stream-part.ts'
import type { StreamReader } from '../../proxy/providers/wire-codec.ts'
import { createSseReader } from '../../proxy/upstream/read-sse.ts'

/** A part as fixtures expect it: an error is told by its kind, code and message. */
export type ToldPart =
  | Exclude<StreamPart, { type: 'error' }>
  | { readonly type: 'error'; readonly kind: string; readonly code?: string; readonly message: string }

/** Feeds pieces of a recorded stream to a reader, and tells all parts that come out. */
export function readPieces(
  pieces: readonly Uint8Array[],
  createReader: () => StreamReader,
): readonly ToldPart[] {
  const sse = createSseReader({ maxEventBytes: 1_048_576 })
  const reader = createReader()
  const parts: StreamPart[] = []
  try {
    for (const piece of pieces) for (const event of sse.push(piece)) parts.push(...reader.push(event))
    for (const event of sse.end()) parts.push(...reader.push(event))
    parts.push(...reader.end())
  } catch (thrown) {
    if (!(thrown instanceof ChatError)) throw thrown
    parts.push({ type: 'error', error: thrown })
  }
  return parts.map(tellPart)
}

/**
 * Cuts a recorded stream in two at every byte, and once into single bytes. Gives the places where something else came
 * out than of the whole: an empty list is what a reader must reach.
 */
export function everySplit(bytes: Uint8Array, createReader: () => StreamReader): readonly string[] {
  const whole = JSON.stringify(readPieces([bytes], createReader))
  const failures: string[] = []
  for (let cut = 1; cut < bytes.length; cut++) {
    const parts = readPieces([bytes.subarray(0, cut), bytes.subarray(cut)], createReader)
    if (JSON.stringify(parts) !== whole) failures.push(`cut at byte ${cut}`)
  }
  const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
  if (JSON.stringify(readPieces(single, createReader)) !== whole) failures.push('byte by byte')
  return failures
}

/** What is wrong with the end of a stream of parts; undefined where it ends once, and with every block closed. */
export function brokenEnd(parts: readonly ToldPart[]): string | undefined {
  const ends = parts.filter((part) => part.type === 'finish' || part.type === 'error')
  if (ends.length !== 1) return `${ends.length} ends`
  if (parts.at(-1) !== ends[0]) return 'parts after the end'
  if (ends[0]?.type === 'error') return undefined
  const open = new Set<number>()
  for (const part of parts) {
    if (part.type.endsWith('-start') && 'key' in part) open.add(part.key)
    if (part.type.endsWith('-end') && 'key' in part) open.delete(part.key)
  }
  return open.size === 0 ? undefined : `blocks left open: ${[...open].join()}`
}

export function tellPart(part: StreamPart): ToldPart {
  if (part.type !== 'error') return part
  const { kind, code, message } = part.error
  return code === undefined ? { type: 'error', kind, message } : { type: 'error', kind, code, message }
}
