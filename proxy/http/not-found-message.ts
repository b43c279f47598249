import type { IncomingMessage } from 'node:http'
import type { Settings } from '../../contract/settings.ts'
import { baseUrls } from './base-urls.ts'

/** A 404 that names the base URL which the client should have used. */
export function notFoundMessage(request: IncomingMessage, settings: Settings): string {
  const urls = baseUrls(settings.server.host, request.socket.localPort ?? settings.server.port)
  const path =
    (request.url ?? '')
      .split('?')[0]
      ?.slice(0, 120)
      .replace(/[^\x20-\x7e]/g, '?') ?? ''
  return `Portside has no route ${request.method} ${path}. Base URLs: OpenAI clients ${urls.openai} · Anthropic clients ${urls.anthropic} (without /v1)`
}
