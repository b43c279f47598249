import { ChatError } from '../chat/chat-error.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d
/** The longest frame end is `\r\n\r\n`: three of its bytes may stand in the chunks before. */
const OVERLAP = 3

/**
 * Cuts a byte stream at the ends of its event frames, so that what goes on to the client is whole frames only and a
 * heartbeat or an error frame can never land inside another one. Bytes pass without a copy where a chunk ends with a
 * frame. Of an unfinished frame at most `maxFrameBytes` are kept; more throws `upstream-changed`.
 */
export function createWholeFrames(maxFrameBytes: number): {
  push(chunk: Uint8Array): Uint8Array
  rest(): Uint8Array
} {
  let kept: Uint8Array[] = []
  let keptBytes = 0
  let tail: Uint8Array = new Uint8Array(0)

  function take(chunk: Uint8Array): Uint8Array {
    const whole = kept.length === 0 ? chunk : Buffer.concat([...kept, chunk])
    kept = []
    keptBytes = 0
    return whole
  }

  return {
    push(chunk) {
      const end = endOfLastFrame(tail, chunk)
      tail = lastBytes(tail, chunk)
      const whole = end === 0 ? chunk.subarray(0, 0) : take(chunk.subarray(0, end))
      if (end < chunk.length) {
        kept.push(chunk.subarray(end))
        keptBytes += chunk.length - end
        if (keptBytes > maxFrameBytes) throw frameTooLarge(maxFrameBytes)
      }
      return whole
    },
    rest: () => take(new Uint8Array(0)),
  }
}

/** The offset in `chunk` behind the last empty line: `\n\n`, `\r\r` or `\r\n\r\n`. Zero where no frame ends in it. */
function endOfLastFrame(tail: Uint8Array, chunk: Uint8Array): number {
  const at = (index: number) => (index >= 0 ? chunk[index] : tail[tail.length + index])
  for (let index = chunk.length - 1; index >= 0; index--) {
    const byte = chunk[index]
    if (byte !== NEWLINE && byte !== RETURN) continue
    const before = at(index - 1)
    if (before === byte) return index + 1
    if (byte === NEWLINE && before === RETURN && at(index - 2) === NEWLINE) return index + 1
  }
  return 0
}

function lastBytes(tail: Uint8Array, chunk: Uint8Array): Uint8Array {
  if (chunk.length >= OVERLAP) return chunk.subarray(-OVERLAP)
  return Buffer.concat([tail, chunk]).subarray(-OVERLAP)
}

function frameTooLarge(maxFrameBytes: number): ChatError {
  return new ChatError(
    'upstream-changed',
    `The upstream sent one event of more than ${maxFrameBytes} bytes`,
    {
      code: 'event_too_large',
    },
  )
}
