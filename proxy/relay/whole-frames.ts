const NEWLINE = 0x0a
const RETURN = 0x0d
const EMPTY = new Uint8Array(0)

/**
 * Cuts a byte stream at the ends of its event frames, so that what goes on to the client is whole frames only and a
 * heartbeat or an error frame can never land inside another one. Bytes pass without a copy where a chunk ends with a
 * frame. What is kept is bounded by the event limit of the reader that sees the same bytes.
 */
export function createWholeFrames(): { push(chunk: Uint8Array): Uint8Array; rest(): Uint8Array } {
  let kept: Uint8Array = EMPTY
  return {
    push(chunk) {
      const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
      const end = endOfLastFrame(bytes)
      kept = bytes.subarray(end)
      return bytes.subarray(0, end)
    },
    rest() {
      const rest = kept
      kept = EMPTY
      return rest
    },
  }
}

/** The offset behind the last empty line: `\n\n`, `\r\r` or `\r\n\r\n`. Zero where no frame ends. */
function endOfLastFrame(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at > 0; at--) {
    const byte = bytes[at]
    if (byte !== NEWLINE && byte !== RETURN) continue
    const before = bytes[at - 1]
    if (before === byte) return at + 1
    if (byte === NEWLINE && before === RETURN && bytes[at - 2] === NEWLINE) return at + 1
  }
  return 0
}
