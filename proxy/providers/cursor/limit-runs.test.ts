import { describe, expect, it } from 'vitest'
import { createRunLimit } from './limit-runs.ts'

const never = new AbortController().signal

describe('the limit of runs', () => {
  it('hands each place to who waits longest, and lets nobody step in between', async () => {
    const limit = createRunLimit(1)
    const order: string[] = []
    const enter = async (name: string) => {
      const leave = await limit.enter(never)
      order.push(name)
      return leave
    }
    const first = await enter('first')
    const second = enter('second')
    first()
    const third = enter('third')
    await Promise.resolve()
    const leave = await second
    expect(order).toEqual(['first', 'second'])
    leave()
    ;(await third)()
    expect(order).toEqual(['first', 'second', 'third'])
    ;(await enter('fourth'))()
  })

  it('is left by who gives up, without a place being lost', async () => {
    const limit = createRunLimit(1)
    const leave = await limit.enter(never)
    const patience = new AbortController()
    const waiting = limit.enter(patience.signal)
    patience.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(limit.enter(patience.signal)).rejects.toThrow('enough')
    const next = limit.enter(never)
    leave()
    expect(await next).toBeTypeOf('function')
  })
})
