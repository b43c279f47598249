import type { AnswerWriter, Said } from './answer-writer.ts'
import { createReplay } from './replay.ts'
import { createStrayEnd } from './stray-end.ts'

/** Text of both kinds as it stands in a snapshot. */
export type SaidText = { readonly thinking: string; readonly text: string }

export type Speech = ReturnType<typeof createSpeech>

/**
 * Hands text on to the writer: without what a continued round repeats, and with a stray end of thinking found. `said` is
 * what was said before a continued round.
 */
export function createSpeech(writer: AnswerWriter, said: SaidText | undefined) {
  const stray = createStrayEnd()
  const replays = said && { thinking: createReplay(said.thinking), text: createReplay(said.text) }

  function say(kind: Said, text: string): void {
    writer.say(kind, replays === undefined ? text : replays[kind].push(text))
  }

  return {
    beginSnapshot(snapshot: SaidText): void {
      replays?.thinking.begin(snapshot.thinking)
      replays?.text.begin(snapshot.text)
    },
    think(text: string): void {
      const { thinking, answer } = stray.push(text)
      say('thinking', thinking)
      say('text', answer)
    },
    answer(text: string): void {
      say('thinking', stray.rest())
      say('text', text)
    },
    end: () => say('thinking', stray.rest()),
  }
}
