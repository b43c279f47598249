import { parentPort } from 'node:worker_threads'
import { createKeccak, type Search } from './deepseek-hash.ts'

// The solver's thread: a search takes a few hundred milliseconds of pure computing, which must hold up nobody's stream.

/** A search to be made. `isCancelled` is one number that the asking thread sets to 1. */
export type PowJob = { readonly number: number; readonly search: Search; readonly isCancelled: Int32Array }

/** `answer` is -1 where there is none or the search was given up. */
export type PowResult = { readonly number: number; readonly answer: number }

/** How many numbers are tried between two looks at `isCancelled`: less than a millisecond's work. */
const STRIDE = 1024

const keccak = createKeccak()

function solve({ search, isCancelled }: PowJob): number {
  for (let start = search.start; start < search.end; start += STRIDE) {
    if (Atomics.load(isCancelled, 0) !== 0) return -1
    const answer = keccak.search({ ...search, start, end: Math.min(search.end, start + STRIDE) })
    if (answer >= 0) return answer
  }
  return -1
}

parentPort?.on('message', (job: PowJob) => {
  const result: PowResult = { number: job.number, answer: solve(job) }
  parentPort?.postMessage(result)
})
