import { z } from 'zod'
import { attention } from '../contract/status.ts'

/** What main tells the proxy's process. A control port travels beside its message, not in it. */
export const toProxy = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('begin'),
    home: z.string(),
    sealKey: z.instanceof(Uint8Array),
    version: z.string(),
    uiDirectory: z.string().nullable(),
    notices: z.array(attention),
    /** Whether to open the port at once. */
    listens: z.boolean(),
  }),
  z.object({ type: z.literal('control-port') }),
  /** The machine woke up: for how long it slept, in milliseconds. */
  z.object({ type: z.literal('woken'), sleptMs: z.number().nonnegative() }),
  z.object({ type: z.literal('close') }),
])
export type ToProxy = z.infer<typeof toProxy>
export type BeginProxy = Extract<ToProxy, { type: 'begin' }>
