import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../..')
/** The app built around the fake proxy; under a folder that git ignores. */
export const FAKE_APP = path.join(ROOT, '.tsbuild/desktop-app')

/** Builds the app once for all specs. */
export default function buildFakeApp(): void {
  if (process.env.PORTSIDE_APP) return
  const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js')
  execFileSync(process.execPath, [vite, 'build', '--app', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PORTSIDE_DIST: '.tsbuild/desktop-app/dist', PORTSIDE_PROXY_DOOR: 'test/support/fake-proxy.ts' },
  })
  const manifest = { name: 'portside', productName: 'Portside', version: '0.1.0', type: 'module', main: 'dist/main/index.js' }
  writeFileSync(path.join(FAKE_APP, 'package.json'), JSON.stringify(manifest))
}
