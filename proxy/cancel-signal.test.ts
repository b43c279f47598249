import { describe, expect, it } from 'vitest'
import { type CancelSignal, CancelSource } from './cancel-signal.ts'

/** Everything that holds for Node's own has to hold for ours. */
const MAKERS: readonly [string, () => { signal: CancelSignal; abort(reason: unknown): void }][] = [
  ['an AbortController', () => new AbortController()],
  ['a CancelSource', () => new CancelSource()],
]

describe.each(MAKERS)('%s', (_name, make) => {
  it('tells its listeners once, functions and objects, with the first reason', () => {
    const { signal, ...rest } = { ...pick(make()) }
    const told: string[] = []
    signal.addEventListener('abort', () => told.push('function'), { once: true })
    signal.addEventListener('abort', { handleEvent: () => told.push('object') }, { once: true })
    expect(signal.aborted).toBe(false)
    signal.throwIfAborted()
    rest.abort('the client left')
    rest.abort('draining')
    expect(told).toEqual(['function', 'object'])
    expect([signal.aborted, signal.reason]).toEqual([true, 'the client left'])
    expect(() => signal.throwIfAborted()).toThrow('the client left')
  })

  it('tells nobody who stopped listening, and nobody who came too late', () => {
    const { signal, abort } = pick(make())
    const told: string[] = []
    const early = () => told.push('early')
    const other = () => told.push('other')
    signal.addEventListener('abort', early)
    signal.addEventListener('abort', other)
    signal.removeEventListener('abort', early)
    signal.removeEventListener('abort', () => undefined)
    abort(new Error('over'))
    signal.addEventListener('abort', () => told.push('late'))
    expect(told).toEqual(['other'])
  })
})

function pick(source: { signal: CancelSignal; abort(reason: unknown): void }) {
  return { signal: source.signal, abort: (reason: unknown) => source.abort(reason) }
}
