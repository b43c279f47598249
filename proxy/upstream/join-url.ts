const MOST_KEPT = 500
/** By base and path: the same few are asked for with every request. */
const kept = new Map<string, URL>()

/**
 * A base URL and a path below it. A base that ends in `/v1` and a path that begins with it share that piece. The answer
 * is shared: it must not be changed.
 */
export function joinUrl(base: URL, path: string): Readonly<URL> {
  const key = `${base.href} ${path}`
  const known = kept.get(key)
  if (known !== undefined) return known
  if (kept.size === MOST_KEPT) kept.clear()
  const joined = join(base, path)
  kept.set(key, joined)
  return joined
}

function join(base: URL, path: string): URL {
  const root = base.href.replace(/\/+$/, '')
  return new URL(
    root.endsWith('/v1') && path.startsWith('/v1/') ? root + path.slice('/v1'.length) : root + path,
  )
}
