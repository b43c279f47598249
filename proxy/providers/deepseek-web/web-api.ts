import type { JsonObject } from '../../chat/json.ts'
import { isJsonObject } from '../../chat/json.ts'
import { parseJson, pickObject } from '../../chat/pick-fields.ts'
import type { Clock } from '../../clock.ts'
import type { UpstreamAnswer } from '../../upstream/answer-handler.ts'
import type { FetchUpstream } from '../../upstream/fetch-upstream.ts'
import { joinUrl } from '../../upstream/join-url.ts'
import { readText } from '../../upstream/read-bytes.ts'
import type { DeepseekWebOptions } from './options.ts'
import { readFailure } from './read-failure.ts'
import { type Endpoint, TIMES, VENDOR } from './vendor.ts'

export type WebCall = {
  /** Absent for signing in alone. */
  readonly token?: string
  /** The JSON body of a POST; absent makes it a GET. */
  readonly body?: JsonObject
  readonly query?: string
  /** A body that is no JSON, with its type. */
  readonly upload?: { readonly bytes: Uint8Array; readonly contentType: string }
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export type StreamTimes = { readonly firstByteMs: number; readonly idleMs: number }

/** DeepSeek's web API: plain requests as its web client announces itself, and nothing that proves to be a browser. */
export type WebApi = {
  /** A call that answers with JSON: its `biz_data`. Rejects with the `ChatError` that the answer tells of. */
  call(endpoint: Endpoint, call: WebCall): Promise<JsonObject>
  /** A call that answers with an event stream. */
  open(endpoint: Endpoint, call: WebCall, times: StreamTimes): Promise<UpstreamAnswer>
}

export type WebApiPorts = {
  readonly fetch: FetchUpstream
  readonly clock: Clock
  readonly baseUrl: URL
  /** Headers of the provider's settings. */
  readonly headers: Readonly<Record<string, string>>
  readonly options: DeepseekWebOptions
}

/** Answers of these calls are small; a longer one is not what was asked for. */
const LONGEST_REPLY = 4_194_304

export function createWebApi({ fetch, clock, baseUrl, headers, options }: WebApiPorts): WebApi {
  function send(endpoint: Endpoint, call: WebCall, times: StreamTimes): Promise<UpstreamAnswer> {
    const body = call.upload?.bytes ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
    return fetch({
      url: joinUrl(baseUrl, options.paths[endpoint] + (call.query ?? '')),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...commonHeaders(baseUrl, options, clock),
        ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
        'content-type': call.upload?.contentType ?? 'application/json',
        ...call.headers,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      signal: call.signal,
      ...times,
      maxBytes: Number.MAX_SAFE_INTEGER,
    })
  }

  async function read(endpoint: Endpoint, answer: UpstreamAnswer): Promise<JsonObject> {
    const text = await readText(answer, LONGEST_REPLY)
    const failure = readFailure({ endpoint, status: answer.status, headers: answer.headers, text }, clock.now)
    if (failure !== undefined) throw failure
    const value = parseJson(text)
    return pickObject(pickObject(isJsonObject(value) ? value : undefined, 'data'), 'biz_data') ?? {}
  }

  return {
    async call(endpoint, call) {
      return read(endpoint, await send(endpoint, call, { firstByteMs: TIMES.call, idleMs: TIMES.call }))
    },
    async open(endpoint, call, times) {
      const answer = await send(endpoint, call, times)
      const type = answer.headers['content-type'] ?? ''
      if (answer.status === 200 && type.toLowerCase().startsWith('text/event-stream')) return answer
      // A refusal comes as JSON with status 200 in the stream's place; what reads as a success is no stream either.
      await read(endpoint, answer)
      throw readFailure({ endpoint, status: 200, headers: {}, text: '' }, clock.now)
    },
  }
}

/** What the web client says of itself (seen 2026-04), with Portside's own name as the user agent. */
function commonHeaders(baseUrl: URL, options: DeepseekWebOptions, clock: Clock): Record<string, string> {
  const offsetSeconds = -new Date(clock.now()).getTimezoneOffset() * 60
  return {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'portside',
    origin: baseUrl.origin,
    referer: `${baseUrl.origin}/`,
    'x-client-platform': VENDOR.platform,
    'x-client-version': options.clientVersion,
    'x-client-locale': VENDOR.locale,
    'x-client-bundle-id': VENDOR.bundleId,
    'x-client-timezone-offset': String(offsetSeconds),
  }
}
