import { randomBytes } from 'node:crypto'

/** Words that no packing makes much shorter, and that no redaction takes for something else. */
export function manyWords(bytes: number): Buffer {
  return Buffer.from(
    randomBytes(bytes / 2)
      .toString('hex')
      .replaceAll(/.{64}/g, '$& '),
  )
}
