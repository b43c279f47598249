/** Sealed secrets by id. Reading is synchronous: the file is opened once and kept open in memory. */
export type CredentialStore = {
  get(id: string): string | undefined
  put(id: string, secret: string): Promise<void>
  remove(id: string): Promise<void>
  ids(): readonly string[]
  /** Ids whose secret cannot be opened with this key: kept in the file, never wiped. */
  unreadable(): readonly string[]
  /** Every secret in the clear, for the redactor. */
  secretValues(): readonly string[]
}

export declare function createCredentialStore(options: {
  readonly path: string
  readonly sealKey: Uint8Array
}): Promise<CredentialStore>
