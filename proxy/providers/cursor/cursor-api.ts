import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickText } from '../../chat/pick-fields.ts'
import { readErrorText } from '../../chat/read-error-envelope.ts'
import type { FetchUpstream } from '../../upstream/fetch-upstream.ts'
import { joinUrl } from '../../upstream/join-url.ts'
import { readText } from '../../upstream/read-bytes.ts'
import { readRetryAfter } from '../../upstream/retry-after.ts'
import type { ServedModel } from '../provider.ts'
import { readFailure } from './read-failure.ts'
import { readModels } from './sdk-runner.ts'
import { TIMES, VENDOR } from './vendor.ts'

const LONGEST_REPLY = 4_194_304

/** Cursor's public API, and its account pages. Only what is listed in the vendor table is ever called. */
export type CursorApi = {
  /** Whose key it is: the e-mail address, or the key's own name. */
  whoAmI(apiKey: string, signal: AbortSignal): Promise<string>
  listModels(apiKey: string, signal: AbortSignal): Promise<readonly ServedModel[]>
  /** One of the account pages, with the session cookie of the user's own browser. */
  readAccountPage(page: 'me' | 'usage', cookie: string, signal: AbortSignal): Promise<JsonObject>
}

export type CursorApiPorts = {
  readonly fetch: FetchUpstream
  readonly apiUrl: URL
  readonly webUrl: URL
}

export function createCursorApi({ fetch, apiUrl, webUrl }: CursorApiPorts): CursorApi {
  async function get(
    url: Readonly<URL>,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    const answer = await fetch({
      url,
      method: 'GET',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'portside',
        ...headers,
      },
      signal,
      firstByteMs: TIMES.call,
      idleMs: TIMES.call,
      maxBytes: LONGEST_REPLY,
    })
    const text = await readText(answer, LONGEST_REPLY)
    const { status } = answer
    if (status >= 300 && status < 400)
      throw new ChatError('upstream-auth', `${url.host} sends this sign-in to another page: it has ended`, {
        code: 'signed_out',
      })
    if (status !== 200) {
      const { message, code } = readErrorText(text)
      throw readFailure({ message, name: code, status, retryAfterMs: readRetryAfter(answer.headers) })
    }
    const value = parseJson(text)
    if (isJsonObject(value)) return value
    throw new ChatError(
      'upstream-changed',
      `${url.host}${url.pathname} answered with something that is no JSON`,
    )
  }
  const bearer = (apiKey: string) => ({ authorization: `Bearer ${apiKey}` })

  return {
    async whoAmI(apiKey, signal) {
      const me = await get(joinUrl(apiUrl, VENDOR.paths.me), bearer(apiKey), signal)
      return pickText(me, 'userEmail') ?? pickText(me, 'apiKeyName') ?? 'an account without a name'
    },
    async listModels(apiKey, signal) {
      return readModels(await get(joinUrl(apiUrl, VENDOR.paths.models), bearer(apiKey), signal))
    },
    readAccountPage(page, cookie, signal) {
      return get(
        joinUrl(webUrl, VENDOR.webPaths[page]),
        { cookie: `${VENDOR.cookieName}=${asCookieValue(cookie)}` },
        signal,
      )
    },
  }
}

/** The value as it stands in a browser (`user%3A%3AJWT`), also where it was copied decoded or with its name. */
function asCookieValue(given: string): string {
  const value = given.trim().replace(new RegExp(`^${VENDOR.cookieName}=`), '')
  return value.includes('::') ? value.replaceAll(':', '%3A') : value
}
