import type { LogBodies, LogEntry, LogFilter } from '../../contract/log-entry.ts'
import type { BlockMessage } from './block-message.ts'

/** A row that is still open, as it is at the time of the write. */
export type StoredOpenRow = { readonly id: string; readonly startedAt: number; readonly line: string }

export type LogQuery = LogFilter & { readonly limit: number; readonly before?: number | undefined }

export type Retention = { readonly maxRows: number; readonly maxBytes: number; readonly notBefore: number }

/** From the proxy to the writer. */
export type WriterRequest =
  | {
      readonly kind: 'write'
      readonly blocks: readonly BlockMessage[]
      readonly open: readonly StoredOpenRow[]
      /** Named only when they changed: bodies are redacted where they are written. */
      readonly secrets: readonly string[] | undefined
      readonly retention: Retention
    }
  | { readonly kind: 'list'; readonly query: LogQuery }
  | { readonly kind: 'get'; readonly id: string }
  | { readonly kind: 'bodies'; readonly id: string }
  | { readonly kind: 'clear' }
  | { readonly kind: 'close' }

export type WriterAnswer =
  | {
      readonly kind: 'done' /** What went wrong on the way and was mended. */
      readonly repaired: string | undefined
    }
  | { readonly kind: 'entries'; readonly entries: readonly LogEntry[] }
  | { readonly kind: 'bodies'; readonly bodies: LogBodies }
  | { readonly kind: 'failed'; readonly problem: string }

export type Numbered<T> = { readonly number: number; readonly message: T }

export type WriterSetup = {
  readonly path: string | null
  readonly readOnly: boolean
  readonly busyTimeoutMs: number
  /** The first request of this process started no earlier than this: older open rows were cut off. */
  readonly startedAt: number
}
