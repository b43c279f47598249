import { Buffer } from 'node:buffer'

/** The same bytes, with what a `Buffer` can do. Most are one already; to make another view of them costs more than to look. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
