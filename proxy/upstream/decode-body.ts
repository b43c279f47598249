import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { ChatError } from '../chat/chat-error.ts'
import { lookUp } from '../chat/look-up.ts'
import type { ByteSink } from './answer-handler.ts'

/** A sink that may hold decoded bytes back: `resume` lets them go on, `close` throws away what is not decoded yet. */
export type DecodingSink = ByteSink & { resume(): void; close(): void }

const DECODERS: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/**
 * Undoes an answer's `content-encoding` on the way to the sink, one layer, at most `maxBytes` of plain bytes. Without
 * an encoding the bytes pass as they are; gzip without the header is known by its first two bytes.
 */
export function decodingSink(
  sink: ByteSink,
  encoding: string | undefined,
  maxBytes: number,
  resume: () => void,
): DecodingSink {
  const name = (encoding ?? 'identity').trim().toLowerCase()
  if (name === '' || name === 'identity') return sniffingSink(sink, maxBytes, resume)
  const create = lookUp(DECODERS, name)
  if (create === undefined)
    return failingSink(sink, `its content-encoding "${name}" is not one that Portside reads`)
  return transformSink(sink, create(), maxBytes, resume)
}

/** Bytes that can be passed on as they are: no gzip that the headers kept quiet about, known by its first two bytes. */
export function isPlain(first: Uint8Array): boolean {
  return first[0] !== 0x1f || first[1] !== 0x8b
}

function sniffingSink(sink: ByteSink, maxBytes: number, resume: () => void): DecodingSink {
  let inner: DecodingSink | undefined
  const plain: DecodingSink = {
    bytes: (chunk) => sink.bytes(chunk),
    end: () => sink.end(),
    fail: (error) => sink.fail(error),
    resume: () => undefined,
    close: () => undefined,
  }
  return {
    bytes(chunk) {
      inner ??= isPlain(chunk) ? plain : transformSink(sink, createGunzip(), maxBytes, resume)
      return inner.bytes(chunk)
    },
    end: () => (inner ?? sink).end(),
    fail: (error) => (inner ?? sink).fail(error),
    resume: () => inner?.resume(),
    close: () => inner?.close(),
  }
}

function transformSink(
  sink: ByteSink,
  decoder: Transform,
  maxBytes: number,
  resume: () => void,
): DecodingSink {
  let plainBytes = 0
  let failed = false
  const fail = (error: ChatError) => {
    if (failed) return
    failed = true
    decoder.destroy()
    sink.fail(error)
  }
  decoder.on('data', (plain: Uint8Array) => {
    if (failed) return
    plainBytes += plain.length
    if (plainBytes > maxBytes)
      fail(
        new ChatError('upstream-changed', 'The upstream sent more than Portside takes', {
          code: 'too_large',
        }),
      )
    else if (!sink.bytes(plain)) decoder.pause()
  })
  decoder.on('drain', resume)
  decoder.on('end', () => failed || sink.end())
  decoder.on('error', (cause) => fail(badEncoding('its compressed body is damaged', cause)))
  return {
    bytes: (chunk) => failed || decoder.write(chunk),
    resume: () => void decoder.resume(),
    close() {
      failed = true
      decoder.destroy()
    },
    end: () => void decoder.end(),
    fail,
  }
}

function failingSink(sink: ByteSink, reason: string): DecodingSink {
  let failed = false
  const failOnce = () => {
    if (!failed) sink.fail(badEncoding(reason))
    failed = true
    return true
  }
  return {
    bytes: failOnce,
    end: failOnce,
    fail: (error) => failed || sink.fail(error),
    resume: () => undefined,
    close: () => undefined,
  }
}

function badEncoding(reason: string, cause?: unknown): ChatError {
  return new ChatError('upstream-changed', `The upstream's answer could not be read: ${reason}`, {
    code: 'bad_encoding',
    cause,
  })
}
