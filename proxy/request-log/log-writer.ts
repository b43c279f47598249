import { Worker } from 'node:worker_threads'
import type { Numbered, WriterAnswer, WriterRequest, WriterSetup } from './writer-messages.ts'

/** The writer's thread as seen from the proxy. A thread that dies is started anew with the next request. */
export type LogWriter = {
  /** Rejects when the writer failed, died or did not answer in time. */
  ask(request: WriterRequest, timeoutMs: number): Promise<WriterAnswer>
  /** Changes when a thread dies: what it was told is forgotten. */
  readonly generation: number
  stop(): Promise<void>
}

type Waiting = { readonly resolve: (answer: WriterAnswer) => void; readonly reject: (error: Error) => void }

export function createLogWriter(setup: WriterSetup): LogWriter {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let generation = 0
  let lastNumber = 0

  function start(): Worker {
    const started = new Worker(new URL('./writer-worker.ts', import.meta.url), { workerData: setup })
    started.on('message', ({ number, message }: Numbered<WriterAnswer>) => settle(number, message))
    started.on('error', (error) => fail(started, error))
    started.on('exit', () => fail(started, new Error('the log writer ended')))
    started.unref()
    return started
  }

  function settle(number: number, answer: WriterAnswer): void {
    const asked = waiting.get(number)
    waiting.delete(number)
    if (answer.kind === 'failed') asked?.reject(new Error(answer.problem))
    else asked?.resolve(answer)
    if (waiting.size === 0) worker?.unref()
  }

  function fail(dead: Worker, error: Error): void {
    if (worker !== dead) return
    worker = undefined
    generation += 1
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  return {
    get generation() {
      return generation
    },
    ask(request, timeoutMs) {
      worker ??= start()
      // While an answer is awaited the process must not end for want of work.
      worker.ref()
      lastNumber += 1
      const number = lastNumber
      const answer = new Promise<WriterAnswer>((resolve, reject) => waiting.set(number, { resolve, reject }))
      worker.postMessage({ number, message: request })
      return withTimeout(answer, timeoutMs).finally(() => waiting.delete(number))
    },
    async stop() {
      const ending = worker
      worker = undefined
      await ending?.terminate()
    },
  }
}

function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('the log writer does not answer')), timeoutMs)
  return Promise.race([promise, expired]).finally(() => clearTimeout(timer))
}
