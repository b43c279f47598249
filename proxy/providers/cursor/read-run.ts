import type { JsonObject } from '../../chat/json.ts'
import { pickNumber, pickObject, pickRecords, pickString, pickText } from '../../chat/pick-fields.ts'
import { readTokenCount, type Usage } from '../../chat/usage.ts'
import type { RunEvent } from './cursor-runner.ts'
import { createNewText } from './new-text.ts'
import { readFailure, readStatus } from './read-failure.ts'

/** Tools that change something. Nothing of the kind is allowed, so one that starts is the end of the run. */
const CHANGES = /shell|terminal|write|edit|delete|apply|patch|mcp/i

/** Reads one run; made anew for the next. */
export type RunReader = {
  read(event: JsonObject): RunEvent[]
  /** Whether a `finished` or `failed` was read. */
  readonly isOver: boolean
  /** What the whole answer has more than was said. */
  settle(whole: string): RunEvent[]
}

/**
 * Reads the events of a run: the command line's lines and the SDK's messages are the same but for small things. A time
 * stamp marks the command line's pieces; other texts may be pieces, snapshots or repetitions.
 */
export function createRunReader(): RunReader {
  const texts = { text: createNewText(), thinking: createNewText() }
  let isOver = false

  function say(type: 'text' | 'thinking', text: string): RunEvent[] {
    return text === '' ? [] : [{ type, text }]
  }
  function readAssistant(event: JsonObject): RunEvent[] {
    const text = pickRecords(pickObject(event, 'message'), 'content')
      .map((block) => (block.type === 'text' ? (pickString(block, 'text') ?? '') : ''))
      .join('')
    const isPiece = pickNumber(event, 'timestamp_ms') !== undefined && event.model_call_id === undefined
    return say('text', isPiece ? texts.text.piece(text) : texts.text.either(text))
  }
  function readThinking(event: JsonObject): RunEvent[] {
    const text = pickString(event, 'text') ?? ''
    if (event.subtype === 'completed') {
      texts.thinking.breakMessage()
      return []
    }
    return say(
      'thinking',
      event.subtype === 'delta' ? texts.thinking.piece(text) : texts.thinking.either(text),
    )
  }
  function readTool(event: JsonObject): RunEvent[] {
    texts.text.breakMessage()
    if (event.subtype === 'completed' || event.status === 'completed' || event.status === 'error') return []
    const name = pickText(event, 'name') ?? Object.keys(pickObject(event, 'tool_call') ?? {})[0] ?? 'unknown'
    return [{ type: 'tool', name }]
  }
  function readResult(event: JsonObject): RunEvent[] {
    isOver = true
    const whole = pickString(event, 'result') ?? ''
    const usage = readUsage(pickObject(event, 'usage'))
    if (event.is_error === true) return [...usage, { type: 'failed', error: readFailure({ message: whole }) }]
    return [...settle(whole), ...usage, { type: 'finished' }]
  }
  function settle(whole: string): RunEvent[] {
    return say('text', texts.text.settle(whole))
  }

  return {
    read(event) {
      switch (event.type) {
        case 'assistant':
          return readAssistant(event)
        case 'thinking':
          return readThinking(event)
        case 'tool_call':
          return readTool(event)
        case 'usage':
          return readUsage(pickObject(event, 'usage') ?? event)
        case 'result':
          return readResult(event)
        case 'status':
        case 'error': {
          const status = event.type === 'error' ? 'ERROR' : (pickText(event, 'status') ?? '')
          const error = readStatus(status, pickText(event, 'message') ?? '')
          isOver ||= error !== undefined
          return error === undefined ? [] : [{ type: 'failed', error }]
        }
        // Session, echo, tasks, and whatever comes to be: nothing that a client sees.
        default:
          return []
      }
    },
    get isOver() {
      return isOver
    },
    settle,
  }
}

/** Says whether a tool of Cursor's own would change something on this machine. */
export function changesMachine(tool: string): boolean {
  return CHANGES.test(tool)
}

/** Cursor counts cached input as a part of the input (seen 2026-07: 7,175 in all, 6,048 of it read from a cache). */
export function readUsage(told: JsonObject | undefined): RunEvent[] {
  if (told === undefined) return []
  const count = (name: string) => readTokenCount(told[name])
  const [inputTokens, outputTokens] = [count('inputTokens'), count('outputTokens')]
  if (inputTokens === undefined && outputTokens === undefined) return []
  const counts = {
    inputTokens,
    outputTokens,
    cacheReadTokens: count('cacheReadTokens'),
    cacheWriteTokens: count('cacheWriteTokens'),
    reasoningTokens: count('reasoningTokens'),
  }
  const usage = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined)) as Usage
  return [{ type: 'usage', usage }]
}
