import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

export const SCHEME = 'app'
export const ORIGIN = `${SCHEME}://bundle`
export const PAGE_URL = `${ORIGIN}/index.html`

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** The built pages, by path. Read once: a request only ever looks up a name here, and never touches the disk. */
export type PageFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>

export async function readPageFiles(directory: string): Promise<PageFiles> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = found.filter((item) => item.isFile()).map((item) => path.join(item.parentPath, item.name))
  const entries = await Promise.all(
    files.map(async (file) => {
      const name = `/${path.relative(directory, file).split(path.sep).join('/')}`
      return [name, new Uint8Array(await readFile(file))] as const
    }),
  )
  return new Map(entries)
}

/** Answers a request of a page for a part of itself. */
export function answerPageRequest(files: PageFiles, request: Pick<Request, 'url' | 'method'>): Response {
  const url = URL.parse(request.url)
  if (!url || url.protocol !== `${SCHEME}:` || url.host !== 'bundle') return refused(404)
  if (request.method !== 'GET' && request.method !== 'HEAD') return refused(405)
  const name = url.pathname === '/' ? '/index.html' : url.pathname
  const bytes = files.get(name)
  if (!bytes) return refused(404)
  return new Response(bytes, {
    headers: { ...protections, 'content-type': TYPES[path.extname(name)] ?? 'application/octet-stream' },
  })
}

const protections = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

const refused = (status: number) => new Response(null, { status, headers: protections })
