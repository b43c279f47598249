import { isJsonObject, type JsonObject, type JsonValue } from '../../chat/json.ts'
import { pickNumber, pickObject, pickRecords, pickString, pickText } from '../../chat/pick-fields.ts'
import { type Change, createPatchedDocument, textOf } from './patched-document.ts'
import type { RoundState } from './read-round.ts'
import type { Speech } from './speech.ts'

/** Reads the patch form, in today's shape (fragments) and in that of 2025 (two texts), into the speech and the state. */
export function createResponseReader(speech: Speech, state: RoundState) {
  const document = createPatchedDocument()

  function sayAs(type: string | undefined, text: string): void {
    if (type === 'THINK') speech.think(text)
    else if (type === 'RESPONSE' || type === 'ANSWER') speech.answer(text)
    else if (type === 'TEMPLATE_RESPONSE') state.refusal = (state.refusal ?? '') + text
    // Banners and the search's own activity are no part of the answer.
  }
  function sayFragment(fragment: JsonObject): void {
    sayAs(pickText(fragment, 'type'), pickString(fragment, 'content') ?? '')
  }

  function readSnapshot(response: JsonObject): void {
    state.responseId ??= pickNumber(response, 'message_id')
    const fragments = pickRecords(response, 'fragments')
    const [thinking, text] = [textOf(response.thinking_content), textOf(response.content)]
    speech.beginSnapshot({
      thinking: contentOf(fragments, ['THINK']) + thinking,
      text: contentOf(fragments, ['RESPONSE', 'ANSWER']) + text,
    })
    for (const fragment of fragments) sayFragment(fragment)
    if (thinking !== '') speech.think(thinking)
    if (text !== '') speech.answer(text)
    for (const name of ['status', 'quasi_status', 'auto_continue']) readField(name, response[name])
  }

  function readField(name: string, value: JsonValue | undefined): void {
    if (name === 'status') state.status = endOf(value) ?? state.status
    else if (name === 'quasi_status' && typeof value === 'string') state.quasiStatus = value
    else if (name === 'auto_continue') state.autoContinue = value === true
  }

  function readFragmentChange(change: Change): void {
    const [, , index, field] = change.path
    if (field === 'content') sayAs(typeOfFragment(document.response(), index), addedText(change))
    else if (field === undefined) for (const fragment of fragmentsIn(change)) sayFragment(fragment)
  }

  function readChange(change: Change): void {
    const { path, value } = change
    const [top, name] = path
    if (top === undefined && isJsonObject(value)) return readSnapshot(pickObject(value, 'response') ?? {})
    if (top !== 'response') return
    if (name === undefined && isJsonObject(value)) return readSnapshot(value)
    if (name === 'fragments') return readFragmentChange(change)
    if (name === 'content') return speech.answer(addedText(change))
    if (name === 'thinking_content') return speech.think(addedText(change))
    readField(String(name), value)
  }

  return {
    read(frame: JsonObject): void {
      for (const change of document.apply(frame)) readChange(change)
    },
    response: () => document.response(),
  }
}

function endOf(value: JsonValue | undefined): RoundState['status'] {
  return value === 'FINISHED' || value === 'INCOMPLETE' || value === 'CONTENT_FILTER' ? value : undefined
}

/** What a change adds to a text: an APPEND its own, a SET only what stands behind the text before. */
function addedText({ op, value, before }: Change): string {
  const text = textOf(value)
  if (op === 'APPEND' || typeof before !== 'string' || before === '') return text
  return text.startsWith(before) ? text.slice(before.length) : ''
}

/** The fragments that a change brings, as one or as a list. */
function fragmentsIn({ value }: Change): readonly JsonObject[] {
  if (Array.isArray(value)) return value.filter(isJsonObject)
  return isJsonObject(value) ? [value] : []
}

function typeOfFragment(response: JsonObject, index: string | number | undefined): string | undefined {
  const list = response.fragments
  const fragment: unknown = Array.isArray(list) ? list[Number(index)] : undefined
  return isJsonObject(fragment) ? pickText(fragment, 'type') : undefined
}

function contentOf(fragments: readonly JsonObject[], types: readonly string[]): string {
  return fragments
    .filter(({ type }) => typeof type === 'string' && types.includes(type))
    .map((fragment) => pickString(fragment, 'content') ?? '')
    .join('')
}
