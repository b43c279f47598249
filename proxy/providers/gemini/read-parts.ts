import type { AnswerBuilder } from '../../chat/answer-builder.ts'
import type { OpaqueCarrier } from '../../chat/chat-request.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickObject, pickString, pickText } from '../../chat/pick-fields.ts'

export type PartReader = {
  /** The answer's id, of which calls without an id of their own get theirs. */
  nameAnswer(id: string): void
  read(part: JsonObject): void
  /** Ends the block that is open. */
  close(): void
}

type Open = { readonly kind: 'text' | 'thinking'; readonly key: number; signature: OpaqueCarrier | undefined }

/** Puts parts into blocks: a part of another kind closes the open block before it begins its own. */
export function createPartReader(builder: AnswerBuilder): PartReader {
  let answerId = ''
  let calls = 0
  let open: Open | undefined
  function close(): void {
    if (open !== undefined) builder.closeText(open.kind, open.key, open.signature)
    open = undefined
  }
  function readText(kind: 'text' | 'thinking', text: string, signature: OpaqueCarrier | undefined): void {
    const isSignatureOnly = text === '' && (kind === 'text' || signature === undefined)
    if (isSignatureOnly) return
    if (open?.kind !== kind) {
      close()
      open = { kind, key: builder.openText(kind), signature: undefined }
    }
    builder.text(kind, open.key, text)
    // The signature of visible text proves nothing that anybody asks for; that of a thought does.
    if (kind === 'thinking') open.signature = signature ?? open.signature
  }
  /** A call comes whole in one part; without `args` it has none. */
  function readCall(part: JsonObject, call: JsonObject): void {
    close()
    const position = calls++
    const id = pickText(call, 'id') ?? `call_${answerId === '' ? '' : `${answerId}_`}${position}`
    const opened = builder.openCall(id, pickText(call, 'name') ?? '')
    opened.push(JSON.stringify(pickObject(call, 'args') ?? {}))
    opened.end(signatureOf(part))
  }
  return {
    nameAnswer(id) {
      answerId = id.replaceAll(/[^a-zA-Z0-9_-]/g, '').slice(-24)
    },
    read(part) {
      const call = pickObject(part, 'functionCall')
      if (call !== undefined) return readCall(part, call)
      const text = pickString(part, 'text')
      if (text !== undefined)
        return readText(part.thought === true ? 'thinking' : 'text', text, signatureOf(part))
      if (Object.keys(part).every((name) => name === 'thoughtSignature')) return
      close()
      builder.opaque({ type: 'opaque', protocol: 'gemini', raw: part })
    },
    close,
  }
}

function signatureOf(part: JsonObject): OpaqueCarrier | undefined {
  const data = pickText(part, 'thoughtSignature')
  return data === undefined ? undefined : { origin: 'gemini', data }
}
