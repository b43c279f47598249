import type { Attention } from '../../contract/status.ts'
import type { createProxy, Proxy as RunningProxy } from '../index.ts'

/** The proxy as the command line needs it; tests put their own in its place. */
export type ProxyDoor = (options: Parameters<typeof createProxy>[0]) => Promise<CliProxy>

export type CliProxy = Pick<
  RunningProxy,
  'start' | 'stop' | 'status' | 'control' | 'firstKey' | 'adminKey' | 'close'
> &
  Partial<Pick<RunningProxy, 'makeTicket'>>

export type Notices = readonly Attention[]
