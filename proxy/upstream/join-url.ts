/** Paths that are kept for a base; most have a few, but Gemini's name the model. */
const MOST_KEPT = 500
/** By base and path: the same few are asked for with every request. */
const kept = new WeakMap<URL, Map<string, URL>>()

/**
 * A base URL and a path below it. A base that ends in `/v1` and a path that begins with it share that piece. The answer
 * is shared, as the base is: neither must be changed.
 */
export function joinUrl(base: URL, path: string): Readonly<URL> {
  const below = keptBelow(base)
  const known = below.get(path)
  if (known !== undefined) return known
  if (below.size === MOST_KEPT) below.clear()
  const joined = join(base, path)
  below.set(path, joined)
  return joined
}

function keptBelow(base: URL): Map<string, URL> {
  const known = kept.get(base)
  if (known !== undefined) return known
  const below = new Map<string, URL>()
  kept.set(base, below)
  return below
}

function join(base: URL, path: string): URL {
  const root = base.href.replace(/\/+$/, '')
  return new URL(
    root.endsWith('/v1') && path.startsWith('/v1/') ? root + path.slice('/v1'.length) : root + path,
  )
}
