import { isAscii } from 'node:buffer'
import { asBuffer } from '../as-buffer.ts'

/** Bytes as the text that they are in UTF-8, without a byte order mark. Most are plain ASCII, which is read fastest. */
export function decodeText(bytes: Uint8Array): string {
  if (isAscii(bytes)) return asBuffer(bytes).toString('latin1')
  return new TextDecoder().decode(bytes)
}
