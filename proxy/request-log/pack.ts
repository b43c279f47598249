import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { asBuffer } from '../as-buffer.ts'
import { DamagedLogError } from './damaged-log-error.ts'

/** Higher levels take longer and save little: what rows have in common stands close together. */
const OPTIONS = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
}
/** With a row or two there is little in common, and to begin packing or unpacking takes longer than to do it. */
const PACKED_FROM = 2_048
/** How a Zstandard frame begins (RFC 8878, 3.1.1). What is packed never does: it begins with JSON. */
const FRAME_BEGINS_WITH = 0x28

/**
 * The entries of a block, or its bodies, as the database keeps them: from a length on in one Zstandard frame. Rows are
 * much alike, and so are their bodies, so that a twentieth may be left; SQLite takes longer to write a byte than this
 * takes to read one.
 */
export function pack(text: string | Uint8Array): Uint8Array {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return bytes.length < PACKED_FROM ? bytes : zstdCompressSync(bytes, OPTIONS)
}

/** Throws a `DamagedLogError` where `packed` is not what `pack` made. */
export function unpack(packed: unknown): Buffer {
  if (!(packed instanceof Uint8Array)) throw new DamagedLogError('a block of the request log holds no bytes')
  if (packed[0] !== FRAME_BEGINS_WITH) return asBuffer(packed)
  try {
    return zstdDecompressSync(packed)
  } catch (cause) {
    throw new DamagedLogError('a block of the request log cannot be unpacked', { cause })
  }
}

export function unpackLines(packed: unknown): string[] {
  return unpack(packed).toString('utf8').split('\n')
}
