import { ChatError } from '../chat/chat-error.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d
/** The longest frame end is `\r\n\r\n`: three of its bytes may stand in the chunks before. */
const OVERLAP = 3

const NO_BYTES: Uint8Array = new Uint8Array(0)

/**
 * Cuts a byte stream at the ends of its event frames, so that what goes on to the client is whole frames only and a
 * heartbeat or an error frame can never land inside another one. Bytes pass without a copy where a chunk ends with a
 * frame. Of an unfinished frame at most `maxFrameBytes` are kept; more throws `upstream-changed`.
 */
export class WholeFrames {
  readonly #maxFrameBytes: number
  #kept: Uint8Array[] | undefined
  #keptBytes = 0
  /** The last bytes before the next chunk, which a frame's end may begin with. */
  #tail: Uint8Array = NO_BYTES

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes
  }

  push(chunk: Uint8Array): Uint8Array {
    const end = endOfLastFrame(this.#tail, chunk)
    this.#tail = end === chunk.length ? NO_BYTES : lastBytes(this.#tail, chunk)
    const whole = end === 0 ? NO_BYTES : this.#take(chunk.subarray(0, end))
    if (end < chunk.length) this.#keep(chunk.subarray(end))
    return whole
  }

  /** What is unfinished. */
  rest(): Uint8Array {
    return this.#take(NO_BYTES)
  }

  #keep(chunk: Uint8Array): void {
    this.#kept ??= []
    this.#kept.push(chunk)
    this.#keptBytes += chunk.length
    if (this.#keptBytes > this.#maxFrameBytes) throw frameTooLarge(this.#maxFrameBytes)
  }

  #take(chunk: Uint8Array): Uint8Array {
    const kept = this.#kept
    this.#kept = undefined
    this.#keptBytes = 0
    return kept === undefined ? chunk : Buffer.concat([...kept, chunk])
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
