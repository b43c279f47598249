import type { Api } from '../rig/answers.ts'
import type { BenchRequest } from '../rig/requests.ts'

/** One gateway under test, running in a process of its own. */
export type Target = {
  readonly name: string
  readonly version: string
  readonly port: number
  readonly pid: number
  /** Milliseconds from the start of the process until it took a connection. */
  readonly startMs: number
  close(): Promise<void>
}

/** A gateway and how it is asked. */
export type Gateway = {
  readonly name: string
  /** False for one that only passes bytes on: it is asked in the upstream's own API. */
  readonly translates?: false
  /** True for one that writes every answer anew. */
  readonly rewrites?: true
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
