import type { Response } from 'express'
import type { Settings } from '../../contract/settings.ts'
import { CancelSource } from '../cancel-signal.ts'
import { ChatError, tookTooLong } from '../chat/chat-error.ts'
import { isJsonObject } from '../chat/json.ts'
import type { Clock } from '../clock.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { countTokens } from '../relay/count-tokens.ts'
import type { Forward, Forwarded } from '../relay/forward.ts'
import { headersToPassOn } from '../relay/passed-headers.ts'
import { type RequestBody, readRequestBody } from '../relay/read-body-json.ts'
import type { Slots } from '../slots.ts'
import type { Exchange } from './exchange.ts'
import type { ColdHandler } from './express-app.ts'
import { requireModelAllowed } from './key-allows.ts'
import { readBody } from './read-body.ts'

export type SidePorts = {
  readonly settings: () => Settings
  readonly protocols: Readonly<Record<'anthropic-messages' | 'gemini', Protocol>>
  readonly forward: (call: Forward) => Promise<Forwarded | undefined>
  readonly clock: Clock
  /** Requests under way, each with the way to stop it; draining uses it. */
  readonly active: Slots<CancelSource>
}

/**
 * `count_tokens`: forwarded where the model's upstream speaks Anthropic's API, else counted here, aimed slightly high. An
 * upstream that cannot say is no reason not to answer: clients decide from the number when to compact.
 */
export function createCountTokens(ports: SidePorts): ColdHandler {
  return async (exchange, response) => {
    const body = await readSideBody(exchange, ports)
    const request = ports.protocols['anthropic-messages'].decodeRequest({ max_tokens: 1, ...body.json })
    startRow(exchange, request.model, body)
    const forwarded = await forwardCount(exchange, body, request.model, ports)
    if (forwarded !== undefined) return sendForwarded(exchange, response, forwarded)
    response.json({ input_tokens: await countTokens(request) })
    exchange.row?.close({ state: 'done', status: 200 })
  }
}

async function forwardCount(
  exchange: Exchange,
  body: RequestBody,
  model: string,
  ports: SidePorts,
): Promise<Forwarded | undefined> {
  try {
    const path = '/v1/messages/count_tokens'
    return await ports.forward(
      forwardCall(exchange, body, { model, protocol: 'anthropic-messages', path }, ports),
    )
  } catch (error) {
    if (error instanceof ChatError && error.kind === 'model-not-found') throw error
    return undefined
  }
}

export function createGeminiCountTokens(ports: SidePorts): ColdHandler {
  return async (exchange, response) => {
    const body = await readSideBody(exchange, ports)
    const model = exchange.match?.parameter ?? ''
    const inner = body.json.generateContentRequest
    const given = isJsonObject(inner) ? inner : body.json
    const request = ports.protocols.gemini.decodeRequest({ ...given }, { model })
    startRow(exchange, model, body)
    response.json({ totalTokens: await countTokens(request) })
    exchange.row?.close({ state: 'done', status: 200 })
  }
}

/** Embeddings go to a provider that speaks OpenAI's API, as they come. */
export function createEmbeddings(ports: SidePorts): ColdHandler {
  return async (exchange, response) => {
    const body = await readSideBody(exchange, ports)
    const { model } = body.json
    if (typeof model !== 'string' || model === '')
      throw new ChatError('invalid-request', 'model: a string is needed', { param: 'model' })
    startRow(exchange, model, body)
    const forwarded = await ports.forward(
      forwardCall(exchange, body, { model, protocol: 'openai-chat', path: '/embeddings' }, ports),
    )
    if (forwarded !== undefined) return sendForwarded(exchange, response, forwarded)
    throw new ChatError('model-not-found', `"${model}" is not a model that makes embeddings here`, {
      code: 'model_not_found',
      param: 'model',
    })
  }
}

async function readSideBody({ request }: Exchange, ports: SidePorts): Promise<RequestBody> {
  const { limits } = ports.settings()
  return readRequestBody(await readBody(request, limits.bodyBytes), limits)
}

function startRow(exchange: Exchange, model: string, body: RequestBody): void {
  exchange.row?.captureRequest(body.bytes)
  exchange.row?.update({ modelIn: model, requestBytes: body.bytes.length })
  requireModelAllowed(exchange.key, model)
}

/** What goes on to an upstream ends with its client, with Portside, and after the total time at the latest. */
function forwardCall(
  exchange: Exchange,
  body: RequestBody,
  call: Pick<Forward, 'model' | 'protocol' | 'path'>,
  { settings, clock, active }: SidePorts,
): Forward {
  const abort = new CancelSource()
  const timer = clock.timer(settings().timeouts.totalMs, () => abort.abort(tookTooLong()))
  const slot = active.add(abort)
  exchange.response.on('close', () => {
    timer.cancel()
    active.delete(slot)
    abort.abort(new ChatError('cancelled', 'The client closed the connection'))
  })
  return {
    ...call,
    provider: exchange.match?.provider,
    body,
    passHeaders: headersToPassOn(exchange.request.headers),
    signal: abort.signal,
  }
}

function sendForwarded(
  { row }: Exchange,
  response: Response,
  { status, bytes, provider, account }: Forwarded,
): void {
  response.status(status).set({
    'content-type': 'application/json',
    'x-portside-provider': provider,
    'x-portside-account': account,
  })
  response.send(Buffer.from(bytes))
  row?.close({
    state: 'done',
    status,
    provider,
    accountId: account,
    passThrough: true,
    responseBytes: bytes.length,
  })
}
