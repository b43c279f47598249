import { setTimeout as sleep } from 'node:timers/promises'
import { record, type StandInSetUp, stepsFor } from './stand-in.ts'

type CreateOptions = {
  readonly apiKey: string
  readonly model: { readonly id: string }
  readonly local: { readonly cwd: string }
}

/** A `@cursor/sdk` of one's own, with as much of the real one as is called. */
export function createStandInSdk(setUp: StandInSetUp) {
  class JsonlLocalAgentStore {
    readonly folder: string
    constructor(folder: string) {
      this.folder = folder
    }
  }
  const Agent = {
    create: async (options: CreateOptions) => ({
      send: async (prompt: string) => startRun(setUp, options, prompt),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
  }
  const Cursor = {
    models: {
      list: async ({ apiKey }: { apiKey: string }) => {
        if (setUp.keys !== undefined && !setUp.keys.includes(apiKey))
          throw Object.assign(new Error('no such key'), { name: 'AuthenticationError', status: 401 })
        return [{ id: 'composer-2', displayName: 'Composer 2' }, { id: 'opus-5-thinking' }]
      },
    },
  }
  return { Agent, Cursor, JsonlLocalAgentStore }
}

function startRun(setUp: StandInSetUp, options: CreateOptions, prompt: string) {
  const { apiKey, model, local } = options
  record(setUp, {
    by: 'sdk',
    pid: process.pid,
    args: [],
    cwd: local.cwd,
    env: {},
    prompt,
    model: model.id,
    apiKey,
    files: {},
    options,
  })
  let end: object = { status: 'running' }
  let cancel: (() => void) | undefined
  const cancelled = new Promise<void>((resolve) => (cancel = resolve))
  async function* stream() {
    yield { type: 'system', subtype: 'init', model }
    for (const step of stepsFor(setUp, prompt, apiKey)) {
      if (step.do === 'event') yield step.event
      else if (step.do === 'pause') await sleep(step.ms)
      else if (step.do === 'fail') {
        const { message, name = 'CursorAgentError', status, retryAfter } = step
        throw Object.assign(new Error(message), { name, status, retryAfter })
      } else if (step.do === 'hang') {
        await (step.isDeaf === true ? new Promise(() => undefined) : cancelled)
        end = { status: 'cancelled' }
        return
      } else if (step.do === 'finish') {
        end = { status: 'finished', result: step.result, usage: step.usage }
        return
      } else if (step.do === 'stop') return
    }
  }
  return {
    stream,
    wait: async () => end,
    async cancel() {
      record(setUp, {
        by: 'sdk',
        pid: 0,
        args: ['cancel'],
        cwd: '',
        env: {},
        prompt: '',
        model: '',
        apiKey: '',
        files: {},
      })
      cancel?.()
    },
  }
}
