/** What whoever waits for an answer may do to the connection that brings it. Not to be used once the answer is over. */
export type CallControl = {
  pause(): void
  resume(): void
  /** Closes the connection; nothing more is told. */
  abort(reason: Error): void
}

/** Header names are in lower case; values of a repeated one are joined as HTTP says. */
export type AnswerHeaders = Readonly<Record<string, string | undefined>>

/** Who is told what becomes of a call: start, sent, the head, bytes; and as the last thing, once, end or error. */
export type CallListener = {
  /** It has been given up: it must not be sent any more. */
  readonly isOver: boolean
  onRequestStart(control: CallControl): void
  /** The whole request was handed to the system. An answer may come before that. */
  onRequestSent(): void
  onResponseStart(status: number, headers: AnswerHeaders): void
  onResponseData(bytes: Uint8Array): void
  onResponseEnd(): void
  /** `wasKept`: the connection had been idle before, and no byte of this answer had come. */
  onResponseError(error: Error, wasKept: boolean): void
}
