import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Higher levels take longer and save little: what lines have in common stands close together. */
const OPTIONS = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
}

/**
 * Lines as the database keeps them, in one Zstandard frame. Rows and bodies of a block are much alike, so that a
 * twentieth of them may be left, and SQLite takes longer to write a byte than this takes to read one.
 */
export function packLines(lines: string | Uint8Array): Buffer {
  return zstdCompressSync(lines, OPTIONS)
}

/** The lines as UTF-8, joined by line feeds. Throws where `packed` is not what `packLines` made. */
export function unpackBytes(packed: unknown): Buffer {
  if (!(packed instanceof Uint8Array)) throw new TypeError('a block of the request log holds no packed lines')
  return zstdDecompressSync(packed)
}

export function unpackLines(packed: unknown): string[] {
  return unpackBytes(packed).toString('utf8').split('\n')
}
