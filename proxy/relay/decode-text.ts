import { isAscii } from 'node:buffer'

/** Bytes as the text that they are in UTF-8, without a byte order mark. Most are plain ASCII, which is read fastest. */
export function decodeText(bytes: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = bytes
  if (isAscii(bytes)) return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
  return new TextDecoder().decode(bytes)
}
