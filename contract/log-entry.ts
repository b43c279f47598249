import { z } from 'zod'

/** Where a request stands. The last three are final. */
export const logState = z.enum(['receiving', 'queued', 'waiting', 'streaming', 'done', 'failed', 'cancelled'])
export type LogState = z.infer<typeof logState>

/** One upstream request of a relay, and why this account was chosen. Times in milliseconds. */
export const attemptRecord = z.object({
  number: z.number().int(),
  provider: z.string(),
  accountId: z.string().nullable(),
  accountName: z.string().nullable(),
  /** Why this account and not the others, in one sentence. */
  reason: z.string(),
  startedAt: z.number(),
  firstByteMs: z.number().nullable(),
  durationMs: z.number().nullable(),
  status: z.number().int().nullable(),
  errorKind: z.string().nullable(),
  errorMessage: z.string().nullable(),
  responseBytes: z.number().int(),
  /** The request had gone out whole when the attempt failed: the upstream may have charged for it. */
  maybeBilled: z.boolean(),
  /** What Portside did to the answer that the client could not see, in a sentence: a broken tool call was left out. */
  note: z.string().optional(),
})
export type AttemptRecord = z.infer<typeof attemptRecord>

/** What the screen shows of one request. Secrets are redacted before it is made. */
export const logEntry = z.object({
  /** The request id that the client got in `x-request-id`. */
  id: z.string(),
  /** Rises with every change of any entry: the newest change of a feed. */
  sequence: z.number().int(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  state: logState,
  method: z.string(),
  path: z.string(),
  protocol: z.string().nullable(),
  /** The name of the local key, and the family of the client's user agent. */
  keyName: z.string().nullable(),
  client: z.string().nullable(),
  modelIn: z.string().nullable(),
  modelOut: z.string().nullable(),
  provider: z.string().nullable(),
  accountId: z.string().nullable(),
  accountName: z.string().nullable(),
  stream: z.boolean(),
  /** The body's bytes went through unchanged but for the model. */
  passThrough: z.boolean(),
  status: z.number().int().nullable(),
  finishReason: z.string().nullable(),
  inputTokens: z.number().int().nullable(),
  outputTokens: z.number().int().nullable(),
  cacheReadTokens: z.number().int().nullable(),
  reasoningTokens: z.number().int().nullable(),
  /** The counts are Portside's estimate. */
  tokensEstimated: z.boolean(),
  firstByteMs: z.number().nullable(),
  durationMs: z.number().nullable(),
  requestBytes: z.number().int(),
  responseBytes: z.number().int(),
  errorKind: z.string().nullable(),
  errorMessage: z.string().nullable(),
  /** Why the guard refused the request, where it did. */
  denyReason: z.string().nullable(),
  attempts: z.array(attemptRecord),
})
export type LogEntry = z.infer<typeof logEntry>

/** What is kept of the two bodies: redacted, cut at `log.bodyMaxBytes`. Null where bodies were not kept. */
export const logBodies = z.object({
  request: z.string().nullable(),
  response: z.string().nullable(),
  requestCut: z.boolean(),
  responseCut: z.boolean(),
})
export type LogBodies = z.infer<typeof logBodies>

/** A batch of the live feed: changed entries, newest state of each, in order of sequence. */
export const logBatch = z.object({ entries: z.array(logEntry), sequence: z.number().int() })
export type LogBatch = z.infer<typeof logBatch>

export const logFilter = z.object({
  text: z.string().max(200).optional(),
  state: z.enum(['all', 'running', 'failed']).optional(),
})
export type LogFilter = z.infer<typeof logFilter>
