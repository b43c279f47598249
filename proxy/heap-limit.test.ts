import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const heapLimit = fileURLToPath(new URL('./heap-limit.ts', import.meta.url))

/** Full collections while 2 GB of short-lived bytes come and go, and what Node printed besides. */
async function countCollections(prepare: string) {
  const code = `
    ${prepare}
    for (let turn = 0; turn < 200; turn++) {
      for (let count = 0; count < 50; count++) new Uint8Array(new ArrayBuffer(200_000))
      for (let count = 0; count < 20_000; count++) ({ count: [count] })
      await new Promise(setImmediate)
    }`
  const args = ['--trace-gc', '--input-type=module', '-e', code]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 })
  return { full: stdout.match(/Mark-Compact/g)?.length ?? 0, complaints: stderr }
}

/**
 * The size of the space for young objects, in megabytes: after much that lives for a while has come and gone, after V8
 * has made it small, and after as much again.
 */
async function growYoungSpace(prepare: string): Promise<number[]> {
  const code = `
    import { getHeapSpaceStatistics } from 'node:v8'
    ${prepare}
    const size = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size / 1_048_576
    async function work() {
      const live = []
      for (let turn = 0; turn < 300; turn++) {
        look()
        for (let count = 0; count < 20_000; count++) live.push({ count: [count] })
        if (live.length > 300_000) live.splice(0, 200_000)
        await new Promise(setImmediate)
      }
      return size()
    }
    const first = await work()
    gc({ type: 'major', flavor: 'last-resort' })
    const rest = size()
    console.log(JSON.stringify([first, rest, await work()]))`
  const args = ['--expose-gc', '--input-type=module', '-e', code]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout)
}

it('keeps the space for young objects at half of what V8 would take, also after V8 has made it small', {
  timeout: 60_000,
}, async () => {
  const plain = await growYoungSpace('const look = () => undefined')
  const limited = await growYoungSpace(
    `const { createYoungLimit } = await import(${JSON.stringify(heapLimit)})
     const limit = createYoungLimit()
     const look = () => { for (let count = 0; count < 256; count++) limit() }`,
  )
  expect([plain[0], limited[0]]).toEqual([64, 32])
  const [, rest = 0, again = 0] = limited
  // Held at its size, it would stay as small as V8 made it.
  expect(rest).toBeLessThan(8)
  expect(again).toBeGreaterThan(rest)
  expect(again).toBeLessThanOrEqual(32)
})

it('lets bytes outside the heap cost fewer full collections, and complains of nothing', {
  timeout: 60_000,
}, async () => {
  const plain = await countCollections('')
  const shared = await countCollections(
    `const { countBytesWithHeap } = await import(${JSON.stringify(heapLimit)}); countBytesWithHeap();`,
  )
  expect(plain.full).toBeGreaterThan(4)
  expect(shared.full).toBeLessThan(plain.full / 2)
  expect(shared.complaints).toBe('')
})
