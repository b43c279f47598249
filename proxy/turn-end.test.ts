import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { atTurnEnd } from './turn-end.ts'

it('hands over together, once, what came in one turn of the loop, and what comes meanwhile in the next', async () => {
  const taken: string[][] = []
  const add = atTurnEnd<string>((items) => {
    taken.push([...items])
    if (items.includes('a')) add('c')
  })
  add('a')
  await Promise.resolve()
  add('b')
  expect(taken).toEqual([])
  await turn()
  expect(taken).toEqual([['a', 'b']])
  await turn()
  expect(taken).toEqual([['a', 'b'], ['c']])
  await turn()
  expect(taken).toHaveLength(2)
})
