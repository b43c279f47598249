/**
 * Gives what is new in each text of one kind. Some builds send pieces, some send everything so far with each event, and
 * the command line repeats a whole message behind its pieces (seen 2026-06).
 */
export function createNewText() {
  /** Of this message, and of the whole answer. */
  let message = ''
  let all = ''
  let texts = 0
  let hasPieces = false
  /** What texts that may be either turned out to be. */
  let kind: 'pieces' | 'snapshots' | undefined
  /** Texts equal to the first: pieces or snapshots, as the next text or the whole answer will tell. */
  let held = ''

  function add(text: string): string {
    if (text === '') return ''
    message += text
    all += text
    texts++
    return text
  }
  function addRepetition(text: string): string {
    if (text.startsWith(all)) return add(text.slice(all.length))
    if (text.startsWith(message)) return add(text.slice(message.length))
    return all.endsWith(text) ? '' : add(text)
  }
  function addPiece(text: string): string {
    // A whole message that comes again behind its pieces; a single piece may well come twice.
    const isRepetition = texts > 1 && (text === message || text === all)
    return isRepetition ? '' : add(text)
  }
  function addSnapshot(text: string): string {
    if (message.startsWith(text)) return ''
    if (text.startsWith(message)) return add(text.slice(message.length))
    message = ''
    return add(text)
  }
  function addUndecided(text: string): string {
    if (text === message) {
      if (texts === 1) held += text
      return ''
    }
    const before = held
    held = ''
    kind = text.startsWith(message) ? 'snapshots' : 'pieces'
    return kind === 'snapshots' ? addSnapshot(text) : add(before + text)
  }
  function addUnknown(text: string): string {
    if (kind === 'pieces') return addPiece(text)
    return kind === 'snapshots' ? addSnapshot(text) : addUndecided(text)
  }

  return {
    /** A text that is known to be new. */
    piece(text: string): string {
      hasPieces = true
      return add(text)
    },
    /** A text that may be a piece, everything so far, or a repetition. */
    either(text: string): string {
      if (text === '') return ''
      if (message === '') return text === all ? '' : add(text)
      return hasPieces ? addRepetition(text) : addUnknown(text)
    },
    /** A tool was called: the next text belongs to another message. */
    breakMessage(): void {
      message = ''
    },
    /** What the whole answer, told at the end, has more. Nothing where it does not go on from what was said. */
    settle(whole: string): string {
      return whole.startsWith(all) ? add(whole.slice(all.length)) : ''
    },
    get isEmpty() {
      return all === ''
    },
  }
}
