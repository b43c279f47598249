import type { Inbound, Mode, Seen } from './row.ts'

/** An answer as a client of the protocol understands it. */
export type ClientView = {
  readonly seen: Seen
  readonly status: number
  /** The text that the client has got. */
  readonly text: string
  readonly finish: string | undefined
  readonly errorMessage: string | undefined
  /** Code of a refusal, or its type where the protocol has no codes. */
  readonly errorCode?: string
  readonly headers: Headers
  /** Why the answer is not valid in its protocol; undefined where it is. */
  readonly invalid: string | undefined
}

type Json = Record<string, unknown>

/** Reads one answer as strictly as the protocol's own clients do. */
export async function readClient(response: Response, inbound: Inbound, mode: Mode): Promise<ClientView> {
  const raw = await response.text()
  const base = { status: response.status, headers: response.headers }
  if (response.status !== 200) return { ...base, ...readRefusal(raw, inbound) }
  if (mode === 'whole') return { ...base, ...readWhole(raw, inbound) }
  return { ...base, ...STREAMS[inbound](raw) }
}

type Read = Omit<ClientView, 'status' | 'headers'>
const STREAMS: Readonly<Record<Inbound, (raw: string) => Read>> = {
  openai: readOpenAiStream,
  anthropic: readAnthropicStream,
  responses: readResponsesStream,
}
const nothing = { text: '', finish: undefined, errorMessage: undefined, invalid: undefined }

function readRefusal(raw: string, inbound: Inbound): Read {
  try {
    const body = JSON.parse(raw)
    const isValid =
      typeof body.error.message === 'string' &&
      typeof body.error.type === 'string' &&
      (inbound === 'anthropic'
        ? body.type === 'error' && typeof body.request_id === 'string'
        : 'code' in body.error && 'param' in body.error)
    return {
      ...nothing,
      seen: 'refused',
      errorMessage: body.error.message,
      errorCode: body.error.code ?? body.error.type,
      invalid: isValid ? undefined : raw,
    }
  } catch {
    return { ...nothing, seen: 'refused', invalid: raw }
  }
}

function readWhole(raw: string, inbound: Inbound): Read {
  const body = JSON.parse(raw)
  if (inbound === 'responses') return { ...nothing, seen: 'answered', ...readResponse(body) }
  if (inbound === 'openai') {
    const [choice] = body.choices
    return { ...nothing, seen: 'answered', text: choice.message.content, finish: choice.finish_reason }
  }
  return {
    ...nothing,
    seen: 'answered',
    text: body.content.map((block: Json) => block.text ?? '').join(''),
    finish: body.stop_reason,
  }
}

function readOpenAiStream(raw: string): Read {
  let text = ''
  let finish: string | undefined
  let isDone = false
  for (const frame of frames(raw)) {
    if (isDone) return { ...nothing, seen: 'broken', text, invalid: `a frame after [DONE]: ${frame.data}` }
    if (frame.data === '[DONE]') isDone = true
    else {
      const chunk = JSON.parse(frame.data)
      if (chunk.error)
        return {
          ...nothing,
          seen: 'broken',
          text,
          finish,
          errorMessage: chunk.error.message,
          invalid: finish ? 'an error after the finish' : undefined,
        }
      for (const choice of chunk.choices ?? []) {
        text += choice.delta?.content ?? ''
        finish = choice.finish_reason ?? finish
      }
    }
  }
  return {
    ...nothing,
    seen: 'answered',
    text,
    finish,
    invalid: isDone && finish ? undefined : 'no finish or no [DONE]',
  }
}

function readAnthropicStream(raw: string): Read {
  let text = ''
  let finish: string | undefined
  let open = -1
  let starts = 0
  let isStopped = false
  for (const frame of frames(raw)) {
    const event = JSON.parse(frame.data)
    if (frame.event !== event.type && event.type !== 'execute')
      return { ...nothing, seen: 'broken', text, invalid: `event ${frame.event} says ${event.type}` }
    if (isStopped) return { ...nothing, seen: 'broken', text, invalid: `${event.type} after message_stop` }
    switch (event.type) {
      case 'error':
        return { ...nothing, seen: 'broken', text, finish, errorMessage: event.error.message }
      case 'message_start':
        starts++
        break
      case 'content_block_start':
        if (open !== -1) return { ...nothing, seen: 'broken', text, invalid: 'two open blocks' }
        open = event.index
        break
      case 'content_block_delta':
        if (open !== event.index)
          return { ...nothing, seen: 'broken', text, invalid: 'a delta of a closed block' }
        text += event.delta.text ?? ''
        break
      case 'content_block_stop':
        open = -1
        break
      case 'message_delta':
        finish = event.delta.stop_reason ?? finish
        break
      case 'message_stop':
        isStopped = true
        break
    }
  }
  return {
    ...nothing,
    seen: 'answered',
    text,
    finish,
    invalid:
      isStopped && finish && starts === 1
        ? undefined
        : `starts ${starts}, finish ${finish}, stopped ${isStopped}`,
  }
}

/** The text of a response object, and how it ended. */
function readResponse(response: Json): Pick<Read, 'text' | 'finish'> {
  const items = response.output as { content?: { text?: string }[] }[]
  return {
    text: items.flatMap(({ content = [] }) => content.map(({ text = '' }) => text)).join(''),
    finish: response.status === 'incomplete' ? 'length' : String(response.status),
  }
}

function readResponsesStream(raw: string): Read {
  let text = ''
  let next = 0
  const all = frames(raw)
  for (const [index, frame] of all.entries()) {
    const event = JSON.parse(frame.data)
    const isLast = index === all.length - 1
    if (frame.event !== event.type)
      return { ...nothing, seen: 'broken', text, invalid: `event ${frame.event} says ${event.type}` }
    if (event.type === 'response.failed')
      return {
        ...nothing,
        seen: 'broken',
        text,
        errorMessage: event.response.error.message,
        invalid: isLast ? undefined : 'events after response.failed',
      }
    if (event.sequence_number !== next++)
      return { ...nothing, seen: 'broken', text, invalid: `number ${event.sequence_number} is out of turn` }
    if (event.type === 'response.output_text.delta') text += event.delta
    if (event.type !== 'response.completed' && event.type !== 'response.incomplete') continue
    const whole = readResponse(event.response)
    const isSame = isLast && whole.text === text
    return { ...nothing, ...whole, seen: 'answered', invalid: isSame ? undefined : 'another text at its end' }
  }
  return { ...nothing, seen: 'broken', text, invalid: 'no terminal event' }
}

function frames(raw: string): { event: string | undefined; data: string }[] {
  return raw
    .split(/\r?\n\r?\n/)
    .filter((block) => /^data:/m.test(block))
    .map((block) => ({
      event: /^event: ?(.*)$/m.exec(block)?.[1],
      data: [...block.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join('\n'),
    }))
}
