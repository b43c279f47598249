const END = '</think>'

/**
 * Splits what is sent as thinking at a stray `</think>`, which some answers hold: from there on it is the answer. An end
 * that is cut over two pieces is found too.
 */
export function createStrayEnd() {
  let held = ''
  let isOver = false

  return {
    push(text: string): { readonly thinking: string; readonly answer: string } {
      if (isOver) return { thinking: '', answer: text }
      const all = held + text
      const found = all.indexOf(END)
      if (found >= 0) {
        isOver = true
        held = ''
        return { thinking: all.slice(0, found), answer: all.slice(found + END.length).replace(/^\n+/, '') }
      }
      const keep = longestStart(all)
      held = all.slice(all.length - keep)
      return { thinking: all.slice(0, all.length - keep), answer: '' }
    },
    /** What was held back and never became an end. */
    rest(): string {
      const text = held
      held = ''
      return text
    },
  }
}

/** How much of a text's end could be the beginning of the mark. */
function longestStart(text: string): number {
  for (let length = Math.min(END.length - 1, text.length); length > 0; length--)
    if (END.startsWith(text.slice(text.length - length))) return length
  return 0
}
