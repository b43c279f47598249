import type { Api } from '../rig/answers.ts'
import type { BenchRequest } from '../rig/requests.ts'

/** One gateway under test, running in a process of its own. */
export type Target = {
  readonly port: number
  readonly pid: number
  /** Milliseconds from the start of the process until it took a connection. */
  readonly startMs: number
  /** Where it keeps its files, where it keeps any. */
  readonly home?: string
  /** Ends the process and removes its files. */
  close(): Promise<void>
}

/** A gateway and how it is asked. */
export type Gateway = {
  readonly name: string
  /** Undefined where it is not installed. */
  version(): string | undefined
  /** False for one that only passes bytes on: it is asked in the upstream's own API. */
  readonly translates?: false
  /** True for one that writes every answer anew. */
  readonly rewrites?: true
  /** Rejects when it does not listen within 30 seconds, with what it printed. */
  start(upstreamPort: number): Promise<Target>
  /** The request that makes it carry `from` (the client's API) to `to` (the upstream's). */
  ask(ask: Ask): BenchRequest
}

export type Ask = {
  readonly from: Api
  readonly to: Api
  readonly model: string
  readonly stream: boolean
  readonly bytes?: number
  readonly upstreamPort: number
  /** Tools are declared, and the upstream is one that cannot call them itself. */
  readonly bridge?: boolean
}

export const API_PATH: Readonly<Record<Api, string>> = {
  'openai-chat': '/v1/chat/completions',
  anthropic: '/v1/messages',
}
