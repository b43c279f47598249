import type { Part, TextPart, ToolCallPart, ToolResultPart, Turn } from '../chat/chat-request.ts'
import { moveResultImages } from '../chat/move-result-images.ts'
import { pairToolResults } from '../chat/pair-tool-results.ts'
import { shownName } from './declared-tools.ts'
import { escapeMarkers } from './escape-markers.ts'
import { escapeAttribute, writeCalls } from './write-call.ts'

const LONGEST_ID = 64

export type HistoryWish = {
  /** Calls can be made in this answer; otherwise earlier ones are told as records that nobody could take for a form. */
  readonly hasTools: boolean
  /** Earlier thoughts are kept for upstreams that have a place for them. */
  readonly keepsThinking: boolean
}

/**
 * The conversation as text: calls behind the words that led to them, results as records in the user's turn, each behind
 * its call, and every marker in what others wrote made harmless.
 */
export function writeHistory(turns: readonly Turn[], wish: HistoryWish): readonly Turn[] {
  const paired = pairToolResults(turns, LONGEST_ID).map(moveResultImages)
  const names = new Map<string, string>()
  for (const turn of paired)
    for (const part of turn.parts)
      if (part.type === 'tool-call') names.set(part.id, shownName(part.name, part.namespace))
  return paired.map((turn) => writeTurn(turn, wish, names)).filter(({ parts }) => parts.length > 0)
}

function writeTurn(turn: Turn, wish: HistoryWish, names: ReadonlyMap<string, string>): Turn {
  const parts = turn.parts.flatMap((part) => escapePart(part, wish))
  const calls = parts.filter((part) => part.type === 'tool-call')
  const results = parts.filter((part) => part.type === 'tool-result')
  if (calls.length === 0 && results.length === 0) return { ...turn, parts }
  const rest = parts.filter((part) => part.type !== 'tool-call' && part.type !== 'tool-result')
  const written = [
    ...(results.length > 0
      ? [textPart(results.map((result) => writeResult(result, names)).join('\n\n'))]
      : []),
    ...rest,
    ...(calls.length > 0 ? [textPart(writePastCalls(calls, wish))] : []),
  ]
  return { ...turn, parts: joinTexts(written) }
}

function textPart(text: string): TextPart {
  return { type: 'text', text }
}

/** Neighbouring texts are one text: a text-only upstream may take no lists. */
function joinTexts(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.type !== 'text' || last?.type !== 'text') joined.push(part)
    else
      joined[joined.length - 1] = {
        ...last,
        text: [last.text, part.text].filter((text) => text !== '').join('\n\n'),
      }
  }
  return joined
}

function escapePart(part: Part, { keepsThinking }: HistoryWish): readonly Part[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ ...part, text: escapeMarkers(part.text) }]
    case 'thinking':
    case 'redacted-thinking':
      return keepsThinking ? [part] : []
    default:
      return [part]
  }
}

/** With tools at hand the form of earlier calls is an example; without them it would be an invitation. */
function writePastCalls(calls: readonly ToolCallPart[], { hasTools }: HistoryWish): string {
  const written = calls.map((call) => ({
    name: shownName(call.name, call.namespace),
    argumentsText:
      call.kind === 'custom' ? JSON.stringify({ input: call.argumentsText }) : call.argumentsText,
  }))
  if (hasTools) return writeCalls(written)
  const records = written.map(({ name, argumentsText }) => `- ${name} ${argumentsText.trim() || '{}'}`)
  return escapeMarkers(`(Completed earlier, not to be repeated:\n${records.join('\n')})`)
}

const NO_OUTPUT = '(no output)'

function writeResult(result: ToolResultPart, names: ReadonlyMap<string, string>): string {
  const text = result.parts.map((part) => ('text' in part ? (part.text ?? '') : '')).join('\n')
  const name = names.get(result.callId) ?? result.name ?? ''
  const status = result.isError ? ' status="error"' : ''
  const body = text.trim() === '' ? NO_OUTPUT : escapeMarkers(text)
  return `<tool_result id="${escapeAttribute(result.callId)}" name="${escapeAttribute(name)}"${status}>\n${body}\n</tool_result>`
}
