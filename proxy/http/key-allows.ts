import type { LocalKey } from '../../contract/local-key.ts'
import { ChatError } from '../chat/chat-error.ts'

/** Says whether a local key may use a model. A `*` at the end of an entry stands for any ending. */
export function keyAllows(key: LocalKey | undefined, model: string): boolean {
  if (key === undefined) return true
  return key.models.some((entry) =>
    entry.endsWith('*') ? model.startsWith(entry.slice(0, -1)) : entry === model,
  )
}

/** Throws `forbidden` where a local key may not use a model. */
export function requireModelAllowed(key: LocalKey | undefined, model: string): void {
  if (keyAllows(key, model)) return
  throw new ChatError('forbidden', `The local key "${key?.name}" may not use the model "${model}"`, {
    code: 'model_not_allowed',
    param: 'model',
  })
}
