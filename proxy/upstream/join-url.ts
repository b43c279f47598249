/** A base URL and a path below it. A base that ends in `/v1` and a path that begins with it share that piece. */
export function joinUrl(base: URL, path: string): URL {
  const root = base.href.replace(/\/+$/, '')
  return new URL(
    root.endsWith('/v1') && path.startsWith('/v1/') ? root + path.slice('/v1'.length) : root + path,
  )
}
