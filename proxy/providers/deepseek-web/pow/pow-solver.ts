import { Worker } from 'node:worker_threads'
import { ChatError } from '../../../chat/chat-error.ts'
import type { Clock } from '../../../clock.ts'
import { type PowChallenge, searchOf, writePowHeader } from './challenge.ts'
import type { PowJob, PowResult } from './pow-worker.ts'

/** Solves challenges in a thread of its own. Has a life: the thread starts with the first challenge. */
export type PowSolver = {
  /** The header that answers a challenge. Rejects when the signal aborts, the time is over, or there is no answer. */
  solve(challenge: PowChallenge, signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

type Waiting = { settle(answer: number): void; fail(error: unknown): void }

export function createPowSolver(clock: Clock, limitMs: number): PowSolver {
  let worker: Worker | undefined
  let count = 0
  const waiting = new Map<number, Waiting>()

  function start(): Worker {
    const started = new Worker(new URL('./pow-worker.ts', import.meta.url))
    started.unref()
    started.on('message', ({ number, answer }: PowResult) => waiting.get(number)?.settle(answer))
    started.on('error', (cause) => {
      worker = undefined
      for (const one of [...waiting.values()])
        one.fail(
          new ChatError('internal', 'The proof-of-work thread failed; its log has the cause', { cause }),
        )
    })
    return started
  }

  function search(challenge: PowChallenge, signal: AbortSignal): Promise<number> {
    const wanted = searchOf(challenge)
    if (wanted === undefined) return Promise.reject(unsolvable('its salt is longer than any seen before'))
    const number = ++count
    const isCancelled = new Int32Array(new SharedArrayBuffer(4))
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(number)
        timer.cancel()
        signal.removeEventListener('abort', onAbort)
      }
      const fail = (error: unknown) => {
        Atomics.store(isCancelled, 0, 1)
        leave()
        reject(error)
      }
      const onAbort = () => fail(signal.reason)
      const timer = clock.timer(limitMs, () => fail(tooSlow(limitMs)))
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      waiting.set(number, {
        fail,
        settle(answer) {
          leave()
          resolve(answer)
        },
      })
      worker ??= start()
      worker.postMessage({ number, search: wanted, isCancelled } satisfies PowJob)
    })
  }

  return {
    async solve(challenge, signal) {
      const answer = await search(challenge, signal)
      if (answer < 0) throw unsolvable(`no number below ${challenge.difficulty} fits`)
      return writePowHeader(challenge, answer)
    },
    async close() {
      await worker?.terminate()
      worker = undefined
    },
  }
}

function unsolvable(why: string): ChatError {
  return new ChatError('upstream-changed', `DeepSeek's proof-of-work challenge has no answer: ${why}`, {
    code: 'pow_unsolvable',
  })
}

function tooSlow(limitMs: number): ChatError {
  const seconds = Math.round(limitMs / 1000)
  return new ChatError('timed-out', `The proof of work was not done within ${seconds} s`, {
    code: 'pow_timeout',
  })
}
