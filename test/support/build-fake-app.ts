import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../..')
/** Built around the fake proxy, under a folder that git ignores. */
const FAKE_APP = path.join(ROOT, '.tsbuild/desktop-app')
/** The app that the specs run: around the fake proxy, unless `PORTSIDE_APP` names a built one. */
export const BUILT_APP = process.env.PORTSIDE_APP ? path.resolve(process.env.PORTSIDE_APP) : FAKE_APP

/** Builds the app once for all specs. */
// biome-ignore lint/style/noDefaultExport: Playwright calls the default export of its global setup.
export default function buildFakeApp(): void {
  if (process.env.PORTSIDE_APP) return
  const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js')
  execFileSync(process.execPath, [vite, 'build', '--app', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      PORTSIDE_DIST: '.tsbuild/desktop-app/dist',
      PORTSIDE_PROXY_DOOR: 'test/support/fake-proxy.ts',
    },
  })
  const manifest = {
    name: 'portside',
    productName: 'Portside',
    version: '0.1.0',
    type: 'module',
    main: 'dist/main/index.js',
  }
  writeFileSync(path.join(FAKE_APP, 'package.json'), JSON.stringify(manifest))
}
