/** A line that is longer is no error message. */
const LONGEST_LINE = 65_536
const NEWLINE = 0x0a
const BRACE = 0x7b

/**
 * Finds lines of bare JSON in an event stream: some builds put an error between the events as a line of its own, which
 * no reader of event streams would see.
 */
export function createBareLines() {
  const decoder = new TextDecoder()
  let isLineStart = true
  /** The pieces of a line that begins with a brace; undefined while another line goes on. */
  let line: Uint8Array[] | undefined
  let length = 0

  function takePiece(piece: Uint8Array): void {
    if (isLineStart) {
      line = piece[0] === BRACE ? [] : undefined
      length = 0
    }
    length += piece.length
    if (length > LONGEST_LINE) line = undefined
    line?.push(piece.slice())
  }
  function takeLine(): string[] {
    const whole = line === undefined ? [] : [decoder.decode(Buffer.concat(line))]
    line = undefined
    return whole
  }

  return {
    /** The whole lines that begin with a brace, however the bytes are cut. */
    push(bytes: Uint8Array): string[] {
      const found: string[] = []
      for (let at = 0; at < bytes.length; ) {
        const newline = bytes.indexOf(NEWLINE, at)
        const end = newline < 0 ? bytes.length : newline
        takePiece(bytes.subarray(at, end))
        isLineStart = newline >= 0
        if (isLineStart) found.push(...takeLine())
        at = end + 1
      }
      return found
    },
    /** The last line, where it lacks its end. */
    end: takeLine,
  }
}
