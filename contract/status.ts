import { z } from 'zod'

/** What the listening socket does. `partial`: one of the two loopbacks is held by somebody else. */
export const proxyState = z.enum(['stopped', 'starting', 'running', 'partial', 'draining', 'failed'])
export type ProxyState = z.infer<typeof proxyState>

/** Something that needs the user, with what to do about it. */
export const attention = z.object({
  id: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  title: z.string(),
  action: z.string(),
})
export type Attention = z.infer<typeof attention>

export const proxyStatus = z.object({
  state: proxyState,
  host: z.string(),
  port: z.number().int(),
  /** Why it does not run, with the port's holder where the system tells. */
  problem: z.string().nullable(),
  /** Base URLs as each family of clients wants them. */
  baseUrls: z.object({ openai: z.string(), anthropic: z.string(), gemini: z.string() }),
  version: z.string(),
  /** Milliseconds since 1970; null while stopped. */
  startedAt: z.number().nullable(),
  activeRequests: z.number().int(),
  /** Since this start. */
  requests: z.number().int(),
  failures: z.number().int(),
  accounts: z.object({ total: z.number().int(), usable: z.number().int() }),
  attention: z.array(attention),
  /** Where settings and the log are kept. */
  home: z.string(),
  /** `desktop` in the app, `headless` under `portside serve`. */
  mode: z.enum(['desktop', 'headless']),
})
export type ProxyStatus = z.infer<typeof proxyStatus>
