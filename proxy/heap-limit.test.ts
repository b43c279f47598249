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
