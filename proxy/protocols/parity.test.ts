import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { readRecordings } from '../../test/support/recorded.ts'
import { answering, sseText } from '../../test/support/sse-text.ts'
import { foldAnswer } from '../chat/chat-answer.ts'
import type { StreamPart } from '../chat/stream-part.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import type { AnswerContext, Protocol } from './protocol.ts'

/** Every recorded answer of both upstreams that ended well. */
const answers = [
  ...readRecordings(new URL('../providers/openai-chat/fixtures/', import.meta.url)),
  ...readRecordings(new URL('../providers/anthropic/fixtures/', import.meta.url)),
]
  .filter(({ parts }) => parts.at(-1)?.type === 'finish')
  .map(({ name, parts }) => ({
    name,
    parts: parts.flatMap((part): StreamPart[] => (part.type === 'error' ? [] : [part])),
  }))

const context: AnswerContext = {
  requestId: 'req1',
  model: 'asked',
  createdAt: 1_794_000_000,
  request: { model: 'asked', turns: [], tools: [], stream: true, includeUsage: true },
}

function streamed({ createStreamEncoder }: Protocol, parts: readonly StreamPart[]): string {
  const encoder = createStreamEncoder(context)
  return sseText(parts.flatMap((part) => encoder.push(part)))
}

describe('a streamed answer and a whole one say the same', () => {
  it.each(answers)('to an OpenAI client that counts on its SDK — $name', async ({ parts }) => {
    const fetch = answering(streamed(openaiChat, parts))
    const client = new OpenAI({ apiKey: 'x', baseURL: 'http://x.test', fetch, maxRetries: 0 })
    const chunks = []
    for await (const chunk of await client.chat.completions.create({
      model: 'asked',
      messages: [],
      stream: true,
    }))
      chunks.push(chunk)
    const whole = openaiChat.encodeAnswer(foldAnswer(parts)!, context)
    const choice = (whole.choices as { message: object; finish_reason: string }[])[0]!
    const message = gather(chunks)
    expect(choice).toMatchObject({
      finish_reason: chunks.flatMap(({ choices }) => choices).at(-1)?.finish_reason,
    })
    expect(message).toEqual({
      content: '',
      refusal: '',
      reasoning_content: '',
      tool_calls: [],
      ...present(choice.message),
    })
    expect(chunks.at(-1)?.usage ?? undefined).toEqual(whole.usage)
  })

  it.each(answers)('to an Anthropic client that counts on its SDK — $name', async ({ parts }) => {
    const fetch = answering(streamed(anthropicMessages, parts))
    const client = new Anthropic({ apiKey: 'x', baseURL: 'http://x.test', fetch, maxRetries: 0 })
    const whole = anthropicMessages.encodeAnswer(foldAnswer(parts)!, context)
    // The SDK throws on arguments that an output limit cut; clients of their own see them as they are.
    if (JSON.stringify(whole).includes('__unparsedToolInput')) return
    const message = await client.messages
      .stream({ model: 'asked', max_tokens: 1, messages: [] })
      .finalMessage()
    const { id, role, content, stop_reason, stop_sequence, usage } = message
    expect({ id, role, content: structuredClone(content), stop_reason, stop_sequence, usage }).toMatchObject({
      id: whole.id,
      role: whole.role,
      content: whole.content,
      stop_reason: whole.stop_reason,
      stop_sequence: whole.stop_sequence,
      usage: whole.usage,
    })
  })
})

type Gathered = {
  role: string
  content: string
  refusal: string
  reasoning_content: string
  tool_calls: object[]
}

/** Puts the deltas of chunks together as agents do. */
function gather(chunks: readonly OpenAI.ChatCompletionChunk[]): Gathered {
  const message = { role: '', content: '', refusal: '', reasoning_content: '' }
  const calls: { id: string; type: string; function: { name: string; arguments: string } }[] = []
  for (const { delta } of chunks.flatMap(({ choices }) => choices)) {
    if (delta.role !== undefined) message.role = delta.role
    message.content += delta.content ?? ''
    message.refusal += delta.refusal ?? ''
    message.reasoning_content += (delta as { reasoning_content?: string }).reasoning_content ?? ''
    for (const { index, id, type, function: target } of delta.tool_calls ?? []) {
      calls[index] ??= { id: id!, type: type!, function: { name: target!.name!, arguments: '' } }
      calls[index].function.arguments += target?.arguments ?? ''
    }
  }
  return { ...message, tool_calls: calls }
}

function present(message: object): object {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null))
}
