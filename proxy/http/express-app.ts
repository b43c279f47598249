import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { toChatError } from '../chat/chat-error.ts'
import { COMMON_HEADERS } from './answer-failure.ts'
import type { Exchange } from './exchange.ts'
import { corsHeaders } from './guard.ts'
import { ROUTES, type Route } from './route-table.ts'

export type ColdHandler = (exchange: Exchange, response: Response) => void | Promise<void>

/** A handler for every route that is not hot: the compiler objects when one is missing. */
export type ColdHandlers = Readonly<Record<ColdRoute['id'], ColdHandler>>

export type ExpressPorts = {
  readonly handlers: ColdHandlers
  readonly refuse: (exchange: Exchange, error: ReturnType<typeof toChatError>) => void
}

/**
 * The routes that are not hot. The guard has matched and admitted the request already; Express dispatches on the path
 * that the match gives, so there is one decision about what a target means (SEC-10).
 */
export function createExpressApp({ handlers, refuse }: ExpressPorts): {
  paths: readonly string[]
  handle: (exchange: Exchange) => void
} {
  const exchanges = new WeakMap<object, Exchange>()
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('case sensitive routing', true)
  app.set('strict routing', true)
  for (const route of coldRoutes()) {
    app.all(expressPath(route), async (request: Request, response: Response) => {
      const exchange = exchangeOf(exchanges, request)
      response.set({
        ...COMMON_HEADERS,
        'x-request-id': exchange.requestId,
        ...corsHeaders(exchange.request, exchange.facts),
      })
      await handlers[route.id](exchange, response)
    })
  }
  app.use((error: unknown, request: Request, _response: Response, _next: NextFunction) => {
    refuse(exchangeOf(exchanges, request), toChatError(error))
  })
  return {
    paths: registeredPaths(app),
    handle(exchange) {
      const { request, response, match } = exchange
      request.url = (match?.path ?? '/') + (match?.query ?? '')
      exchanges.set(request, exchange)
      app(request as Request, response as Response)
    },
  }
}

type ColdRoute = Exclude<(typeof ROUTES)[number], { isHot: true }>

function coldRoutes(): ColdRoute[] {
  return ROUTES.filter((route): route is ColdRoute => !('isHot' in route))
}

/** Every path that the router really has, read back from it: a route that nobody classified shows up here. */
function registeredPaths(app: Express): string[] {
  return app.router.stack.flatMap((layer) => (layer.route === undefined ? [] : [layer.route.path]))
}

/** Our notation in Express's. */
function expressPath(route: Route): string {
  return route.path.replace('{*}', '{*rest}').replace('{id}:', ':id\\:').replace('{id}', ':id')
}

function exchangeOf(exchanges: WeakMap<object, Exchange>, request: object): Exchange {
  const exchange = exchanges.get(request)
  if (exchange === undefined) throw new Error('a request came to Express past the guard')
  return exchange
}
