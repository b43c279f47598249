import type { ProtocolId } from '../chat/protocol-id.ts'

/**
 * Who may call a route. `public`: anybody on this machine, the answer is a constant; `local-key`: a local key;
 * `model-list`: a local key unless `server.publicModelList` says otherwise; `sign-in`: the admin key in the body, few
 * tries; `control`: a control session or the control token.
 */
export type RoutePolicy = 'public' | 'local-key' | 'model-list' | 'sign-in' | 'control'

/** One route, matched once on the raw target. Parameters stand in braces; `{*}` takes the rest. */
export type Route = {
  readonly id: string
  readonly methods: readonly string[]
  /** The one path under which the route is dispatched, whatever tolerant form the client used. */
  readonly path: string
  readonly policy: RoutePolicy
  /** The protocol of the route's requests and errors. */
  readonly protocol?: ProtocolId
  /** Handled before Express: the path of every keystroke. */
  readonly isHot?: true
}

const READ = ['GET', 'HEAD']

export const ROUTES = [
  { id: 'health', methods: READ, path: '/health', policy: 'public' },
  { id: 'healthz', methods: READ, path: '/healthz', policy: 'public' },
  { id: 'readyz', methods: READ, path: '/readyz', policy: 'public' },
  { id: 'status-page', methods: READ, path: '/', policy: 'public' },
  { id: 'event-logging', methods: ['POST'], path: '/api/event_logging/batch', policy: 'public' },
  { id: 'models', methods: READ, path: '/v1/models', policy: 'model-list' },
  { id: 'model', methods: READ, path: '/v1/models/{id}', policy: 'model-list' },
  {
    id: 'chat-completions',
    methods: ['POST'],
    path: '/v1/chat/completions',
    policy: 'local-key',
    protocol: 'openai-chat',
    isHot: true,
  },
  {
    id: 'messages',
    methods: ['POST'],
    path: '/v1/messages',
    policy: 'local-key',
    protocol: 'anthropic-messages',
    isHot: true,
  },
  {
    id: 'responses',
    methods: ['POST'],
    path: '/v1/responses',
    policy: 'local-key',
    protocol: 'openai-responses',
    isHot: true,
  },
  {
    id: 'response',
    methods: READ,
    path: '/v1/responses/{id}',
    policy: 'local-key',
    protocol: 'openai-responses',
  },
  {
    id: 'gemini-generate',
    methods: ['POST'],
    path: '/v1beta/models/{id}:generateContent',
    policy: 'local-key',
    protocol: 'gemini',
    isHot: true,
  },
  {
    id: 'gemini-stream',
    methods: ['POST'],
    path: '/v1beta/models/{id}:streamGenerateContent',
    policy: 'local-key',
    protocol: 'gemini',
    isHot: true,
  },
  {
    id: 'gemini-count-tokens',
    methods: ['POST'],
    path: '/v1beta/models/{id}:countTokens',
    policy: 'local-key',
    protocol: 'gemini',
  },
  {
    id: 'count-tokens',
    methods: ['POST'],
    path: '/v1/messages/count_tokens',
    policy: 'local-key',
    protocol: 'anthropic-messages',
  },
  {
    id: 'embeddings',
    methods: ['POST'],
    path: '/v1/embeddings',
    policy: 'local-key',
    protocol: 'openai-chat',
  },
  { id: 'gemini-models', methods: READ, path: '/v1beta/models', policy: 'model-list', protocol: 'gemini' },
  {
    id: 'gemini-model',
    methods: READ,
    path: '/v1beta/models/{id}',
    policy: 'model-list',
    protocol: 'gemini',
  },
  { id: 'control-session', methods: ['POST', 'DELETE'], path: '/control/session', policy: 'sign-in' },
  { id: 'control-rpc', methods: ['POST'], path: '/control/rpc/{*}', policy: 'control' },
  {
    id: 'control-api',
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    path: '/control/api/{*}',
    policy: 'control',
  },
  { id: 'ui', methods: READ, path: '/ui/{*}', policy: 'public' },
] as const satisfies readonly Route[]

export type RouteId = (typeof ROUTES)[number]['id']
