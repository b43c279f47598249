'use strict'
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/** Starts the Chromium that shows the windows. It ends with this process, and its profile with it. */
exports.startChromium = ({ isSandboxed }) => {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'portside-standin-'))
  const isHeadless = !process.env.DISPLAY || Boolean(process.env.STANDIN_HEADLESS)
  const flags = [
    // One endpoint for the stand-in, one for Playwright.
    '--remote-debugging-pipe',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--no-startup-window',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-gpu',
    '--password-store=basic',
    '--test-type',
    ...(isSandboxed ? [] : ['--no-sandbox']),
    ...(isHeadless ? ['--headless=new'] : []),
  ]
  const chromium = spawn(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', flags, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  })
  chromium.stderr.on('data', (bytes) => {
    const endpoint = /^DevTools listening on .*$/m.exec(String(bytes))
    if (endpoint) process.stderr.write(`${endpoint[0]}\n`)
    else if (process.env.STANDIN_VERBOSE) process.stderr.write(bytes)
  })
  process.on('exit', () => {
    chromium.kill('SIGKILL')
    try {
      fs.rmSync(profile, { recursive: true, force: true, maxRetries: 3 })
    } catch {
      // A file that Chromium still held stays in the temporary directory.
    }
  })
  return chromium
}
