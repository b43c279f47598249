import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createSettingsStore } from './settings-store.ts'
import { makeTemporaryHome } from './temporary-home.test-support.ts'

const saveLoop = fileURLToPath(new URL('./save-loop.test-support.ts', import.meta.url))
const open = (home: string) => createSettingsStore({ home, env: {}, flags: {} })

async function populated(saves: number): Promise<string> {
  const home = await makeTemporaryHome()
  const store = await open(home)
  for (let count = 1; count <= saves; count += 1) {
    await store.update((now) => ({ ...now, log: { ...now.log, maxRows: count } }))
  }
  return home
}

/** Kills a saving process some lines after it started; the answer is the last save that it had finished. */
async function killWhileSaving(home: string, afterSaves: number, delayMs: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [saveLoop, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let last = 0
  let seen = 0
  for await (const line of createInterface({ input: child.stdout! })) {
    last = Number(line)
    seen += 1
    if (seen === afterSaves) setTimeout(() => child.kill('SIGKILL'), delayMs)
  }
  await closed
  return last
}

const LANES = 4
/** A thousand in `npm run test:faults`. */
const KILLS = process.env.PORTSIDE_LONG === undefined ? 40 : 1000

describe('durability of config.json', () => {
  it(`loads the old or the new settings after kill -9 at ${KILLS} random points of a save loop (REL-41)`, {
    timeout: KILLS * 3000,
  }, async () => {
    const lanes = Array.from({ length: LANES }, async () => {
      const home = await populated(1)
      for (let kill = 0; kill < KILLS / LANES; kill += 1) {
        const last = await killWhileSaving(home, 1 + Math.floor(Math.random() * 8), Math.random() * 6)
        const store = await open(home)
        expect([last, last + 1]).toContain(store.get().log.maxRows)
        expect(store.source).toBe('file')
        expect(store.warnings).toEqual([])
        expect((await readdir(home)).filter((name) => name.endsWith('.tmp'))).toEqual([])
      }
    })
    await Promise.all(lanes)
  })

  it.each([
    ['empty', ''],
    ['cut', '{"version":1,"log":{"maxR'],
    ['zeros', '\0'.repeat(64)],
  ])('goes back to the newest good copy when the file is %s, and says so (REL-41)', async (_, broken) => {
    const home = await populated(3)
    await writeFile(join(home, 'config.json'), broken)
    const store = await open(home)
    expect(store.get().log.maxRows).toBe(3)
    expect(store.warnings).toEqual([expect.stringContaining('config.restored')])
    const aside = (await readdir(home)).find((name) => name.includes('.corrupt-'))
    expect(await readFile(join(home, aside!), 'utf8')).toBe(broken)
    expect((await stat(join(home, aside!))).mode & 0o777).toBe(0o600)
    expect((await open(home)).get().log.maxRows).toBe(3)
  })

  it('takes an older copy when the newest is broken too (REL-41)', async () => {
    const home = await populated(3)
    const copies = (await readdir(join(home, 'backups'))).filter((name) => name.startsWith('config')).sort()
    await writeFile(join(home, 'backups', copies.at(-1)!), 'x')
    await writeFile(join(home, 'config.json'), 'x')
    expect((await open(home)).get().log.maxRows).toBe(2)
  })

  it('keeps the last five good copies (REL-41)', async () => {
    const home = await populated(8)
    const copies = (await readdir(join(home, 'backups'))).filter((name) => name.startsWith('config')).sort()
    const rows = await Promise.all(
      copies.map(async (name) => JSON.parse(await readFile(join(home, 'backups', name), 'utf8')).log.maxRows),
    )
    expect(rows).toEqual([4, 5, 6, 7, 8])
  })

  it('never takes the defaults silently: a file that went away is reported (REL-41)', async () => {
    const home = await populated(2)
    const { rm } = await import('node:fs/promises')
    await rm(join(home, 'config.json'))
    expect((await open(home)).warnings).toEqual([expect.stringContaining('config.missing')])
  })

  it('leaves a broken file as it is where there is no copy to go back to (REL-41)', async () => {
    const home = await makeTemporaryHome()
    await writeFile(join(home, 'config.json'), '{"server":')
    await expect(open(home)).rejects.toMatchObject({ problem: 'corrupt' })
    expect(await readFile(join(home, 'config.json'), 'utf8')).toBe('{"server":')
  })
})
