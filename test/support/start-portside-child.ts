import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { SettingsInput } from '../../contract/settings.ts'
import { TEST_KEY } from './start-portside.ts'

export type Measurement = {
  readonly descriptors: number
  readonly rssBytes: number
  readonly heapBytes: number
  readonly activeRequests: number
  readonly requests: number
  readonly inFlight: number
  readonly openRows: number
  readonly unhandled: number
}

export type PortsideChild = {
  readonly url: string
  measure(): Promise<Measurement>
  /** Every row of the log. */
  rows(): Promise<ChildRow[]>
  stop(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
}

export type ChildRow = { state: string; errorKind: string | null; attempts: number }

/** Starts Portside in a process of its own. */
export async function startPortsideChild(
  settings: SettingsInput,
  { home }: { readonly home?: string } = {},
): Promise<PortsideChild> {
  const config = {
    keys: [{ name: 'test', key: TEST_KEY }],
    ...settings,
    server: { port: 0, ...settings.server },
  }
  const child = fork(join(import.meta.dirname, 'portside-child.ts'), {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    env: { PATH: process.env.PATH, PORTSIDE_TEST_CONFIG: JSON.stringify(config), PORTSIDE_TEST_HOME: home },
    serialization: 'advanced',
  })
  const { port } = await answerOf<{ port: number }>(child)
  return {
    url: `http://127.0.0.1:${port}`,
    async measure() {
      child.send('measure')
      return (await answerOf<{ measure: Measurement }>(child)).measure
    },
    async rows() {
      child.send('rows')
      return (await answerOf<{ rows: ChildRow[] }>(child)).rows
    },
    async stop() {
      child.send('stop')
      await once(child, 'exit')
    },
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the child ended'))
    child.once('exit', onExit)
    child.once('message', (answer) => {
      child.off('exit', onExit)
      resolve(answer as Answer)
    })
  })
}
