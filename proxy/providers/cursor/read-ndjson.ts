import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson } from '../../chat/pick-fields.ts'

const NEWLINE = 0x0a
/** The echo of the prompt, which is as long as the prompt and of no use. */
const ECHO = /^\s*\{\s*"type"\s*:\s*"user"/
const HEAD_BYTES = 64

/**
 * Reads lines of JSON from bytes, however they are cut. Lines that are no objects are notices of the program and are
 * passed over. Throws `upstream-changed` for a broken object and for a line beyond `maxLineBytes` that is no echo.
 */
export function createNdjsonReader({ maxLineBytes }: { readonly maxLineBytes: number }) {
  let pieces: Uint8Array[] = []
  let length = 0
  let isSkipping = false

  function keep(piece: Uint8Array): void {
    if (isSkipping || piece.length === 0) return
    pieces.push(piece.slice())
    length += piece.length
    if (length <= maxLineBytes) return
    const head = Buffer.concat(pieces).subarray(0, HEAD_BYTES).toString('utf8')
    if (!ECHO.test(head)) throw tooLong(maxLineBytes)
    isSkipping = true
    pieces = []
  }
  function takeLine(): JsonObject | undefined {
    const line = isSkipping ? '' : Buffer.concat(pieces).toString('utf8').trim()
    pieces = []
    length = 0
    isSkipping = false
    if (!line.startsWith('{')) return undefined
    const value = parseJson(line)
    if (isJsonObject(value)) return value
    throw new ChatError('upstream-changed', 'Cursor wrote a line that is no whole JSON', {
      code: 'bad_shape',
    })
  }

  return {
    /** The objects of the lines that these bytes end, one at a time: what stands before a broken line counts. */
    *push(bytes: Uint8Array): Generator<JsonObject> {
      for (let at = 0; at < bytes.length; ) {
        const newline = bytes.indexOf(NEWLINE, at)
        keep(bytes.subarray(at, newline < 0 ? bytes.length : newline))
        if (newline < 0) return
        const value = takeLine()
        if (value !== undefined) yield value
        at = newline + 1
      }
    },
    /** The last line, where it lacks its end. What was cut off in the middle is nothing. */
    end(): JsonObject[] {
      try {
        const value = takeLine()
        return value === undefined ? [] : [value]
      } catch {
        // The program died in the middle of a line: the missing end of the run says so.
        return []
      }
    },
  }
}

function tooLong(maxLineBytes: number): ChatError {
  return new ChatError('upstream-changed', `Cursor wrote a line of more than ${maxLineBytes} bytes`, {
    code: 'bad_shape',
  })
}
