import { defineConfig } from '@playwright/test'

/** Flags for a Chromium that starts anywhere, root in a container included, and talks to nobody. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export default defineConfig({
  testDir: 'test',
  globalSetup: './test/support/build-fake-app.ts',
  outputDir: 'test-results',
  timeout: 30_000,
  workers: 2,
  reporter: 'list',
  use: {
    launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args },
    actionTimeout: 8_000,
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'pages', testMatch: 'pages/*.e2e.ts' },
    { name: 'desktop', testMatch: 'desktop/*.e2e.ts', timeout: 60_000 },
    { name: 'screenshots', testMatch: 'pages/*.screenshots.ts' },
  ],
})
