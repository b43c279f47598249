import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { asBuffer } from '../as-buffer.ts'
import { DamagedLogError } from './damaged-log-error.ts'

/** Higher levels take longer and save little: what lines have in common stands close together. */
const OPTIONS = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
}
/** With a row or two there is little in common, and to begin packing or unpacking takes longer than to do it. */
const PACKED_FROM = 2_048
/** How a Zstandard frame begins (RFC 8878, 3.1.1). No line does: each is JSON, or has nothing in it. */
const FRAME_BEGINS_WITH = 0x28

/**
 * Lines as the database keeps them: from a length on in one Zstandard frame. Rows and bodies of a block are much alike,
 * so that a twentieth of them may be left, and SQLite takes longer to write a byte than this takes to read one.
 */
export function packLines(lines: string | Uint8Array): Uint8Array {
  const bytes = typeof lines === 'string' ? Buffer.from(lines) : lines
  return bytes.length < PACKED_FROM ? bytes : zstdCompressSync(bytes, OPTIONS)
}

/** The lines as UTF-8, joined by line feeds. Throws a `DamagedLogError` where `packed` is not what `packLines` made. */
export function unpackBytes(packed: unknown): Buffer {
  if (!(packed instanceof Uint8Array)) throw new DamagedLogError('a block of the request log holds no lines')
  if (packed[0] !== FRAME_BEGINS_WITH) return asBuffer(packed)
  try {
    return zstdDecompressSync(packed)
  } catch (cause) {
    throw new DamagedLogError('a block of the request log cannot be unpacked', { cause })
  }
}

export function unpackLines(packed: unknown): string[] {
  return unpackBytes(packed).toString('utf8').split('\n')
}
