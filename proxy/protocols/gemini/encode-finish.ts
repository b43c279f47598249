import { assertNever } from '../../chat/assert-never.ts'
import type { FinishReason } from '../../chat/stream-part.ts'

/** A call ends with `STOP` too: clients die on any other word for it (seen 2026-11). */
export function encodeFinish(reason: FinishReason): string {
  switch (reason) {
    case 'stop':
    case 'tool-calls':
      return 'STOP'
    case 'length':
      return 'MAX_TOKENS'
    case 'refused':
      return 'SAFETY'
    default:
      return assertNever(reason)
  }
}
