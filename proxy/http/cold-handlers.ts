import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Model } from '../../contract/model.ts'
import type { Settings } from '../../contract/settings.ts'
import { ChatError } from '../chat/chat-error.ts'
import { isJsonObject } from '../chat/json.ts'
import type { ResponseStore } from '../relay/response-store.ts'
import type { KeyRing } from '../settings/local-keys.ts'
import type { ControlSessions } from './control-session.ts'
import type { Exchange } from './exchange.ts'
import type { ColdHandlers } from './express-app.ts'
import { presentedKey } from './guard.ts'
import { listModels, showModel } from './models-list.ts'
import { readBody } from './read-body.ts'
import {
  createCountTokens,
  createEmbeddings,
  createGeminiCountTokens,
  type SidePorts,
} from './side-requests.ts'
import { renderStatusPage, STATUS_PAGE_HEADERS } from './status-page.ts'
import { UI_HEADERS, type UiFile } from './ui-files.ts'

export type ColdPorts = {
  readonly settings: () => Settings
  readonly keyRing: () => KeyRing
  readonly models: () => readonly Model[]
  readonly isReady: () => boolean
  readonly sessions: ControlSessions
  readonly side: SidePorts
  /** Answers that a client may ask for again. */
  readonly responses: ResponseStore
  readonly uiFiles: ReadonlyMap<string, UiFile>
  /** The control contract, in oRPC's own form or as plain HTTP and JSON. */
  readonly handleControl: (
    face: 'rpc' | 'api',
    request: IncomingMessage,
    response: ServerResponse,
  ) => Promise<void>
}

const CONTROL_BODY_BYTES = 4096

/** What the routes that are not hot answer. */
export function createColdHandlers(ports: ColdPorts): ColdHandlers {
  return {
    'count-tokens': createCountTokens(ports.side),
    'gemini-count-tokens': createGeminiCountTokens(ports.side),
    embeddings: createEmbeddings(ports.side),
    response: (exchange, response) => {
      const id = exchange.match?.parameter ?? ''
      const found = ports.responses.response(exchange.key?.id ?? '', id)
      if (found === undefined)
        throw new ChatError('not-found', `There is no response "${id.slice(0, 80)}" here any more`)
      response.json(found)
      exchange.row?.close({ state: 'done', status: 200 })
    },
    'gemini-models': (exchange, response) => {
      response.json(listModels(exchange, ports.models()))
      exchange.row?.close({ state: 'done', status: 200 })
    },
    'gemini-model': (exchange, response) => {
      response.json(showModel(exchange, ports.models(), exchange.match?.parameter ?? ''))
      exchange.row?.close({ state: 'done', status: 200 })
    },
    health: (_exchange, response) => void response.json({ status: 'ok' }),
    healthz: (_exchange, response) => void response.json({ status: 'ok' }),
    readyz: (_exchange, response) =>
      void (ports.isReady()
        ? response.json({ status: 'ready' })
        : response.status(503).json({ status: 'not_ready' })),
    'status-page': (exchange, response) =>
      void response.set(STATUS_PAGE_HEADERS).send(statusPage(exchange, ports)),
    'event-logging': (exchange, response) => {
      exchange.request.resume()
      response.status(204).end()
    },
    models: (exchange, response) => {
      response.json(listModels(exchange, ports.models()))
      exchange.row?.close({ state: 'done', status: 200 })
    },
    model: (exchange, response) => {
      response.json(showModel(exchange, ports.models(), exchange.match?.parameter ?? ''))
      exchange.row?.close({ state: 'done', status: 200 })
    },
    'control-session': async (exchange, response) => {
      const { request } = exchange
      const { cookie } =
        request.method === 'DELETE'
          ? ports.sessions.signOut(request)
          : await ports.sessions.signIn(await readSignIn(request))
      response.status(204).set('set-cookie', cookie).end()
    },
    'control-rpc': (exchange) => ports.handleControl('rpc', exchange.request, exchange.response),
    'control-api': (exchange) => ports.handleControl('api', exchange.request, exchange.response),
    ui: (exchange, response) => {
      if (exchange.match?.path === '/ui') return void response.redirect(308, '/ui/')
      const file = ports.uiFiles.get(exchange.match?.parameter || 'index.html')
      if (file === undefined)
        throw new ChatError(
          'not-found',
          'There is no such page; start with `portside serve --ui` and open /ui/',
        )
      response.set({ ...UI_HEADERS, 'content-type': file.type })
      if (file.isHashed) response.set('cache-control', 'private, max-age=31536000, immutable')
      response.send(Buffer.from(file.bytes))
    },
  }
}

function statusPage(exchange: Exchange, ports: ColdPorts): string {
  const { server } = ports.settings()
  const key = presentedKey(exchange.request)
  const isKnown = key !== undefined && ports.keyRing().find(key) !== undefined
  return renderStatusPage({
    host: server.host,
    port: exchange.facts.port,
    hasUi: ports.uiFiles.size > 0,
    models: isKnown ? ports.models() : null,
  })
}

async function readSignIn(request: IncomingMessage): Promise<{ adminKey?: unknown; ticket?: unknown }> {
  const text = Buffer.from(await readBody(request, CONTROL_BODY_BYTES)).toString('utf8')
  try {
    const given: unknown = JSON.parse(text)
    if (isJsonObject(given)) return given
  } catch {
    // Told below, in the same words as any other wrong body.
  }
  throw new ChatError('invalid-request', 'Send {"adminKey": "…"}')
}
