import {
  type ControlHttpHandler,
  createControlApiHandler,
  createControlHttpHandler,
} from './control/control-http-handler.ts'
import type { ControlRouter } from './control/create-control.ts'
import { createYoungLimit } from './heap-limit.ts'
import type { House } from './house.ts'
import { createColdHandlers } from './http/cold-handlers.ts'
import { createExpressApp } from './http/express-app.ts'
import { createIdempotency } from './http/idempotency.ts'
import { endSmallAnswer, type SmallAnswer } from './http/node-client-answer.ts'
import { refuseExchange, type ServerPorts } from './http/server.ts'
import { readUiFiles } from './http/ui-files.ts'
import { createDirectPools } from './pool/direct-pool.ts'
import { anthropicMessages } from './protocols/anthropic-messages/index.ts'
import { gemini } from './protocols/gemini/index.ts'
import { openaiChat } from './protocols/openai-chat/index.ts'
import { openaiResponses } from './protocols/openai-responses/index.ts'
import { forward } from './relay/forward.ts'
import { createReasoningCache } from './relay/reasoning-cache.ts'
import { relay } from './relay/relay.ts'
import { createResponseStore } from './relay/response-store.ts'
import { atTurnEnd } from './turn-end.ts'
import { hasNetwork } from './upstream/has-network.ts'

const PROTOCOLS = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
}

/** What may be remembered of reasoning, and of answers that requests point back to; each in bytes. */
const MEMORY_BYTES = 33_554_432
const MEMORY_MS = 6 * 3_600_000

/** The HTTP face: the hot routes on the relay, the others on Express, the control plane behind its sessions. */
export function createHttpFace(house: House, isListening: () => boolean) {
  const { options, clock, stores, sessions, pool, serving, tally, keyUse, keyLimits, active, announce } =
    house
  const { settings, log } = stores
  let control: { readonly rpc: ControlHttpHandler; readonly api: ControlHttpHandler } | undefined
  const relayPorts = {
    pool,
    routeModel: (name: string, provider: string | undefined) => serving.catalogue().route(name, provider),
    provider: serving.provider,
    settings: settings.get,
    clock,
    random: options.random ?? Math.random,
    hasNetwork: options.hasNetwork ?? hasNetwork,
    traffic: { active: 0, retrying: 0 },
    reasoning: createReasoningCache({ maxBytes: MEMORY_BYTES }),
  }
  const directPool = createDirectPools()
  const responses = createResponseStore({
    maxBytes: MEMORY_BYTES,
    maxAgeMs: MEMORY_MS,
    monotonic: clock.monotonic,
  })
  const limitYoung = createYoungLimit()
  const sendTogether = atTurnEnd<SmallAnswer>((answers) => {
    for (const answer of answers) endSmallAnswer(answer)
  })
  const ports: ServerPorts = {
    business: {
      protocols: PROTOCOLS,
      settings: settings.get,
      clock,
      active,
      keyUse: keyLimits,
      idempotency: createIdempotency(),
      // An answer that is alone gains nothing from waiting for others.
      sendSmall: (answer) => (active.size > 1 ? sendTogether(answer) : endSmallAnswer(answer)),
      responses,
      relay(request, direct) {
        tally.requests++
        limitYoung()
        announce()
        return relay(
          request,
          direct === undefined ? relayPorts : { ...relayPorts, pool: { ...pool, ...directPool(direct) } },
        )
      },
      onRelayed(isAnswered) {
        if (!isAnswered) tally.failures++
        announce()
      },
    },
    settings: settings.get,
    keyRing: serving.keyRing,
    log,
    clock,
    providerIds: serving.providerIds,
    handleCold: (exchange) => cold.handle(exchange),
    checkControl: sessions.isSignedIn,
    markKeyUse: (id, at) => void keyUse.set(id, at),
  }
  const cold = createExpressApp({
    handlers: createColdHandlers({
      settings: settings.get,
      keyRing: serving.keyRing,
      models: serving.models,
      isReady: () => isListening() && pool.accounts().some(({ account }) => account.enabled),
      sessions,
      responses,
      side: {
        settings: settings.get,
        protocols: PROTOCOLS,
        forward: (call) => forward(call, relayPorts),
        clock,
        active,
      },
      uiFiles: options.uiDirectory === null ? new Map() : readUiFiles(options.uiDirectory),
      async handleControl(face, request, response) {
        await control?.[face](request, response)
      },
    }),
    refuse: (exchange, error) => refuseExchange(exchange, error, ports),
  })
  return {
    ports,
    expressPaths: cold.paths,
    serveControl(router: ControlRouter) {
      control = { rpc: createControlHttpHandler(router), api: createControlApiHandler(router) }
    },
  }
}
