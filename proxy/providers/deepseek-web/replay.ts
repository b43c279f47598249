/** A replay shorter than this may be new text that happens to begin alike. */
const SURE_LENGTH = 32

/**
 * A continued answer begins by repeating everything so far. Gives only what is new: `begin` is told the repeated text
 * of the first snapshot, `push` every text in order, the snapshot's included.
 */
export function createReplay(said: string) {
  let position: number | undefined

  return {
    begin(snapshot: string): void {
      const isRepeat = snapshot.startsWith(said) || said.startsWith(snapshot)
      const isSure = snapshot.length >= Math.min(SURE_LENGTH, said.length)
      position = snapshot !== '' && isRepeat && isSure ? 0 : undefined
    },
    push(text: string): string {
      if (position === undefined || position >= said.length) return text
      const overlap = said.slice(position, position + text.length)
      if (!text.startsWith(overlap)) {
        position = undefined
        return text
      }
      position += overlap.length
      return text.slice(overlap.length)
    },
  }
}
