/** The way back to the client of one request; HTTP implements it. */
export type ClientAnswer = {
  /** Sends status and headers: the commit point. Called once. `isFollowed`: bytes come at once, and the head goes with them. */
  sendHead(status: number, headers: Readonly<Record<string, string>>, isFollowed: boolean): void
  /**
   * A whole answer at once: status, headers and the pieces of the body, and these as one text where they are plain ASCII
   * and it is at hand. Commits like `sendHead`, in place of it.
   */
  sendWhole(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: readonly Uint8Array[],
    ascii?: string,
  ): void
  /** Returns false when the client reads slower than we write; `whenDrained` tells when to go on. */
  write(chunk: string | Uint8Array): boolean
  /** Resolves when written bytes have left; never rejects. A client that is gone counts as drained. */
  whenDrained(): Promise<void>
  end(chunk?: string | Uint8Array): void
  /** Cuts the connection without an end. */
  destroy(): void
}
