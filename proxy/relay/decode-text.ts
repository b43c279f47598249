import { isAscii } from 'node:buffer'
import { asBuffer } from '../as-buffer.ts'

/** Bytes as the text that they are in UTF-8, without a byte order mark. Most are plain ASCII, which is read fastest. */
export function decodeText(bytes: Uint8Array): string {
  return asciiText(bytes) ?? new TextDecoder().decode(bytes)
}

/** Bytes as text, letter for byte; undefined where they are not plain ASCII. */
export function asciiText(bytes: Uint8Array): string | undefined {
  return isAscii(bytes) ? asBuffer(bytes).toString('latin1') : undefined
}
