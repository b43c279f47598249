import { ROUTES, type Route } from './route-table.ts'

export type Match = {
  readonly route: Route
  /** The path under which the route is dispatched, its parameters filled in and encoded. */
  readonly path: string
  readonly query: string
  readonly parameter: string | undefined
  /** The provider that the prefix names. */
  readonly provider: string | undefined
  /** The prefix asks for Anthropic's shapes. */
  readonly isAnthropic: boolean
}

/** A path with anything in it that two readers could read differently matches no route (SEC-10). */
const AMBIGUOUS = /\/\/|\\|;|%2f|%5c|%2e|%00|\/\.{1,2}(\/|$)|[^\x21-\x7e]|[{}]/i

/** Business paths below `/v1`; clients may leave `/v1` out or say it twice. */
const BUSINESS =
  /^(?:\/v1)*\/(chat\/completions|responses(?:\/[\w-]+)?|messages|messages\/count_tokens|embeddings|models(?:\/.+)?)$/

/** Gemini's verbs stand behind the model's name; its SDK says `/v1` where its command line says `/v1beta`. */
const GEMINI = /^\/v1(?:beta)?\/models\/(.+):(generateContent|streamGenerateContent|countTokens)$/
const GEMINI_MODELS = /^\/v1beta\/models(?:\/(.+))?$/

/**
 * Finds the route of a raw request target, once; the same match decides who may call and what is called. Undefined
 * where there is no such route. `providers` are the ids that may stand as a prefix.
 */
export function matchRoute(target: string, providers: ReadonlySet<string>): Match | undefined {
  const questionMark = target.indexOf('?')
  const rawPath = questionMark === -1 ? target : target.slice(0, questionMark)
  const query = questionMark === -1 ? '' : target.slice(questionMark)
  if (!rawPath.startsWith('/') || AMBIGUOUS.test(rawPath)) return undefined
  const path =
    rawPath.length > 1 && rawPath.endsWith('/') && !rawPath.startsWith('/ui/')
      ? rawPath.slice(0, -1)
      : rawPath
  const prefix = readPrefix(path, providers)
  const found =
    matchGemini(prefix.rest) ??
    matchBusiness(prefix.rest) ??
    (prefix.rest === path ? matchFixed(path) : undefined)
  return found && { ...found, query, provider: prefix.provider, isAnthropic: prefix.isAnthropic }
}

const REMEMBERED_TARGETS = 200
const REMEMBERED_LENGTH = 200

/** `matchRoute` with a memory for targets without a query: the same few come with every request. */
export function createRouteMatcher(
  readProviders: () => ReadonlySet<string>,
): (target: string) => Match | undefined {
  const known = new Map<string, Match>()
  let providers = readProviders()
  /** To compare with what was asked last takes less than to look it up. */
  let last: { readonly target: string; readonly match: Match } | undefined
  return (target) => {
    const now = readProviders()
    if (now !== providers) {
      known.clear()
      last = undefined
    }
    providers = now
    if (target === last?.target) return last.match
    const before = known.get(target)
    if (before !== undefined) {
      last = { target, match: before }
      return before
    }
    const match = matchRoute(target, providers)
    if (match === undefined || target.includes('?') || target.length > REMEMBERED_LENGTH) return match
    if (known.size === REMEMBERED_TARGETS) known.clear()
    known.set(target, match)
    return match
  }
}

type Prefix = { readonly rest: string; readonly provider: string | undefined; readonly isAnthropic: boolean }

function readPrefix(path: string, providers: ReadonlySet<string>): Prefix {
  const none = { rest: path, provider: undefined, isAnthropic: false }
  if (path.startsWith('/anthropic/'))
    return { ...none, rest: path.slice('/anthropic'.length), isAnthropic: true }
  const [, provider = '', rest = ''] = /^(?:\/api\/provider)?\/([a-z0-9][a-z0-9-]*)(\/.*)$/.exec(path) ?? []
  return providers.has(provider) ? { rest, provider, isAnthropic: false } : none
}

type Found = Pick<Match, 'route' | 'path' | 'parameter'>

function matchGemini(path: string): Found | undefined {
  const [, name, verb] = GEMINI.exec(path) ?? []
  if (name !== undefined) return withModel(`/v1beta/models/{id}:${verb}`, name)
  const [whole, listed] = GEMINI_MODELS.exec(path) ?? []
  if (whole === undefined) return undefined
  if (listed !== undefined) return withModel('/v1beta/models/{id}', listed)
  const route = findRoute('/v1beta/models')
  return route && { route, path: route.path, parameter: undefined }
}

/** A route with the model's name in its path; the name is encoded anew, so that Express reads it as one piece. */
function withModel(pattern: string, name: string): Found | undefined {
  const route = findRoute(pattern)
  const id = decode(name)
  if (route === undefined || id === undefined) return undefined
  return { route, path: pattern.replace('{id}', () => encodeURIComponent(id)), parameter: id }
}

function matchBusiness(path: string): Found | undefined {
  const tail = BUSINESS.exec(path)?.[1]
  if (tail === undefined) return undefined
  const fixed = findRoute(`/v1/${tail}`)
  if (fixed) return { route: fixed, path: fixed.path, parameter: undefined }
  const [list = '', name = ''] = tail.split(/\/(.*)/)
  return withModel(`/v1/${list}/{id}`, name)
}

function matchFixed(path: string): Found | undefined {
  const fixed = findRoute(path)
  if (fixed) return { route: fixed, path, parameter: undefined }
  for (const base of ['/ui', '/control/rpc', '/control/api']) {
    const route = path === base || path.startsWith(`${base}/`) ? findRoute(`${base}/{*}`) : undefined
    if (route) return { route, path, parameter: path.slice(base.length + 1) }
  }
  return undefined
}

function findRoute(path: string): Route | undefined {
  return ROUTES.find((route) => route.path === path)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not valid percent-encoding: no model has such a name.
    return undefined
  }
}
