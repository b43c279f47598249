import { ChatError } from '../../chat/chat-error.ts'
import type { Clock } from '../../clock.ts'
import type { DeepseekWebOptions } from './options.ts'
import type { RoundState } from './read-round.ts'
import { TIMES } from './vendor.ts'
import type { WebApi } from './web-api.ts'

/** Leaves nothing behind at DeepSeek: stops what still runs, and deletes the request's own session, never another. */
export type CleanUp = {
  /** Opens the session. A request that is given up meanwhile is let go; the session is deleted all the same. */
  own(open: () => Promise<string>, signal: AbortSignal): Promise<string>
  /** The round that may have to be stopped. */
  watch(session: string, state: RoundState): void
  /** Reads the rest of a finished answer, so that its connection can be used again. */
  drain(bytes: AsyncGenerator<Uint8Array>, enough: AbortController): void
  /** Resolves when all is done or its time is over; never rejects. */
  finish(): Promise<void>
}

export type CleanUpPorts = {
  readonly api: WebApi
  readonly clock: Clock
  readonly options: DeepseekWebOptions
  readonly token: () => string
}

export function createCleanUp({ api, clock, options, token }: CleanUpPorts): CleanUp {
  let opening: Promise<string> | undefined
  let watched: { readonly session: string; readonly state: RoundState } | undefined
  let draining: Promise<void> = Promise.resolve()

  async function stop(signal: AbortSignal): Promise<void> {
    if (watched === undefined) return
    const { session, state } = watched
    if (state.status !== undefined || state.isClosed || state.responseId === undefined) return
    await api.call('stopStream', {
      token: token(),
      signal,
      body: { chat_session_id: session, message_id: state.responseId },
    })
  }

  async function remove(signal: AbortSignal): Promise<void> {
    if (options.deleteSessions === 'none' || opening === undefined) return
    const body = { chat_session_id: await opening }
    await api.call('deleteSession', { token: token(), signal, body })
  }

  return {
    own(open, signal) {
      const opened = open()
      opening = opened
      return new Promise((resolve, reject) => {
        const leave = () => reject(signal.reason)
        if (signal.aborted) leave()
        signal.addEventListener('abort', leave, { once: true })
        void opened.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
      })
    },
    watch(session, state) {
      watched = { session, state }
    },
    drain(bytes, enough) {
      const timer = clock.timer(TIMES.afterEnd, () => enough.abort())
      const read = async () => {
        for await (const _rest of bytes);
      }
      draining = draining
        .then(read)
        // The answer is complete: how its connection ends does not matter.
        .catch(() => undefined)
        .finally(() => timer.cancel())
    },
    async finish() {
      const limit = new AbortController()
      const timer = clock.timer(TIMES.cleanUp, () =>
        limit.abort(new ChatError('timed-out', 'Cleaning up took too long')),
      )
      // What cannot be cleaned up stays in the account's history; the answer itself is not touched by that.
      const quietly = (work: Promise<void>) => work.catch(() => undefined)
      await draining
      await quietly(stop(limit.signal))
      await quietly(remove(limit.signal))
      timer.cancel()
    },
  }
}
