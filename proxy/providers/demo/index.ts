import type { ChatRequest } from '../../chat/chat-request.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import { type Clock, delay } from '../../clock.ts'
import type { ChatCall, ChatProvider } from '../provider.ts'
import { type DemoAnswer, planAnswer } from './plan-answer.ts'

/** Time between two pieces of a demo's answer. */
const PACE_MS = 12

/**
 * An honest stand-in inside the process: it answers from the request itself, says that it is a demo, calls a declared
 * tool when asked to, and thinks aloud as `demo-thinking`. It is for trying a client without any account.
 */
export function createDemoProvider(id: string, clock: Clock): ChatProvider {
  return {
    kind: 'chat',
    info: {
      id,
      type: 'demo',
      displayName: 'Demo',
      baseUrl: null,
      preset: null,
      toolMode: 'native',
      needsAccount: false,
    },
    models: [
      {
        id: 'demo',
        upstream: 'demo',
        displayName: 'Portside demo',
        maxInputTokens: 200_000,
        maxOutputTokens: 32_000,
      },
      {
        id: 'demo-thinking',
        upstream: 'demo-thinking',
        displayName: 'Portside demo that thinks aloud',
        maxInputTokens: 200_000,
        maxOutputTokens: 32_000,
      },
    ],
    streamChat: (request, call) => streamDemo(request, call, clock),
  }
}

async function* streamDemo(request: ChatRequest, call: ChatCall, clock: Clock): AsyncGenerator<StreamPart> {
  const pace = () => (request.stream ? delay(clock, PACE_MS, call.signal) : Promise.resolve())
  const answer = planAnswer(request, call.model)
  let key = 0
  let outputCharacters = 0
  yield { type: 'answer-start', model: call.model }
  for (const block of blocksOf(answer)) {
    yield block.kind === 'call'
      ? { type: 'tool-call-start', key, id: block.id, name: block.name, kind: 'function' }
      : { type: `${block.kind}-start`, key }
    for (const text of pieces(block.text)) {
      await pace()
      outputCharacters += text.length
      yield block.kind === 'call'
        ? { type: 'tool-call-delta', key, text }
        : { type: `${block.kind}-delta`, key, text }
    }
    yield block.kind === 'call' ? { type: 'tool-call-end', key } : { type: `${block.kind}-end`, key }
    key++
  }
  yield {
    type: 'usage',
    usage: {
      inputTokens: tokens(answer.inputCharacters),
      outputTokens: tokens(outputCharacters),
      estimated: true,
    },
  }
  yield { type: 'finish', reason: answer.finish }
}

type Block =
  | { readonly kind: 'text' | 'thinking'; readonly text: string }
  | { readonly kind: 'call'; readonly text: string; readonly id: string; readonly name: string }

function* blocksOf(answer: DemoAnswer): Generator<Block> {
  if (answer.thinking !== undefined) yield { kind: 'thinking', text: answer.thinking }
  if (answer.text !== '') yield { kind: 'text', text: answer.text }
  for (const call of answer.calls)
    yield { kind: 'call', text: call.argumentsText, id: call.id, name: call.name }
}

/** Word by word, as models stream. */
function pieces(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? []
}

/** Four characters a token: the usual rule of thumb, marked as an estimate. */
function tokens(characters: number): number {
  return Math.ceil(characters / 4)
}
