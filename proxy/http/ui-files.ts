import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

export type UiFile = { readonly type: string; readonly bytes: Uint8Array; readonly isHashed: boolean }

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

export const UI_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/**
 * Reads the built pages once, at start. What is served afterwards is looked up in this list and never in the file
 * system, so no path can lead out of it (SEC-11).
 */
export function readUiFiles(directory: string): ReadonlyMap<string, UiFile> {
  const files = new Map<string, UiFile>()
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(directory.length + 1).replaceAll('\\', '/')
    files.set(name, { type, bytes: readFileSync(path), isHashed: name.startsWith('assets/') })
  }
  return files
}
