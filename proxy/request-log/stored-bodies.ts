import type { LogBodies } from '../../contract/log-entry.ts'
import { asBuffer } from '../as-buffer.ts'

/** The bodies of a row as the bytes that came, redacted; null where there is none. */
export type RowBodies = {
  readonly request: Uint8Array | null
  readonly response: Uint8Array | null
  readonly requestCut: boolean
  readonly responseCut: boolean
}

/** How many bytes a row's request and response have, and whether they were cut; 0 for a row without bodies. */
type Mark = readonly [request: number | null, response: number | null, cuts: number] | 0

const REQUEST_CUT = 1
const RESPONSE_CUT = 2
const LINE_FEED = 0x0a

/**
 * Bodies of a block, for each of its rows in order: a line of JSON that says how long they are, and behind it the bodies
 * themselves. To write each as JSON would cost as much as to look through it.
 */
export function writeBodies(rows: readonly (RowBodies | undefined)[]): Buffer {
  const pieces: Uint8Array[] = []
  const marks = rows.map((row): Mark => {
    if (row === undefined) return 0
    const { request, response, requestCut, responseCut } = row
    if (request !== null) pieces.push(request)
    if (response !== null) pieces.push(response)
    const cuts = (requestCut ? REQUEST_CUT : 0) | (responseCut ? RESPONSE_CUT : 0)
    return [request === null ? null : request.length, response === null ? null : response.length, cuts]
  })
  return Buffer.concat([Buffer.from(`${JSON.stringify(marks)}\n`), ...pieces])
}

/** What `writeBodies` wrote. The bytes are views. */
export function readBodies(written: Buffer): (RowBodies | undefined)[] {
  let at = written.indexOf(LINE_FEED)
  // The line is our own, and the bytes have a checksum where they are many.
  const marks: Mark[] = JSON.parse(written.toString('latin1', 0, at))
  at += 1
  const take = (length: number | null) => {
    if (length === null) return null
    at += length
    return written.subarray(at - length, at)
  }
  return marks.map((mark) => {
    if (mark === 0) return undefined
    const [requestBytes, responseBytes, cuts] = mark
    const request = take(requestBytes)
    const response = take(responseBytes)
    return {
      request,
      response,
      requestCut: (cuts & REQUEST_CUT) !== 0,
      responseCut: (cuts & RESPONSE_CUT) !== 0,
    }
  })
}

/** As they are shown. */
export function showBodies({ request, response, requestCut, responseCut }: RowBodies): LogBodies {
  return { request: textOf(request), response: textOf(response), requestCut, responseCut }
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : asBuffer(bytes).toString('utf8')
}
