import type { ChatError } from '../../chat/chat-error.ts'
import type { Usage } from '../../chat/usage.ts'
import type { ServedModel } from '../provider.ts'

/** One prompt on its way through the user's own Cursor. */
export type RunRequest = {
  /** Cursor's own name of the model. */
  readonly model: string
  readonly prompt: string
  /** The user's own key. */
  readonly apiKey: string
  readonly signal: AbortSignal
}

/**
 * What a run tells. `thinking` and `text` bring what is new. Exactly one `finished` or `failed` ends it; a run that stops
 * without either broke off.
 */
export type RunEvent =
  | { readonly type: 'thinking' | 'text'; readonly text: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'tool'; readonly name: string }
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly error: ChatError }

/**
 * The one way to Cursor's models: the vendor's own program or library, with the user's own key. Leaving the loop over a
 * run, or aborting its signal, ends it. Failures are `ChatError`s.
 */
export type CursorRunner = {
  /** As the account's test shows it. */
  readonly name: string
  run(request: RunRequest): AsyncIterable<RunEvent>
  /** The models of the key's account. */
  listModels(apiKey: string, signal: AbortSignal): Promise<readonly ServedModel[]>
  /** Ends every run. */
  close(): Promise<void>
}
