import { expect, it } from 'vitest'
import { assignPresent, FieldGroups, KNOWN, UNKNOWN } from './field-groups.ts'

const A = 4
const B = 8
const groups = new FieldGroups([
  [KNOWN, 'model'],
  [A, 'one two'],
  [B | UNKNOWN, 'both'],
])

it('says of which groups a request has fields, null counting as absent', () => {
  expect(groups.in({})).toBe(0)
  expect(groups.in({ model: 'm', one: null })).toBe(KNOWN)
  expect(groups.in({ model: 'm', two: 0 })).toBe(KNOWN | A)
  expect(groups.in({ both: false, one: 1 })).toBe(A | B | UNKNOWN)
})

it('takes names that every object has for what they are in JSON', () => {
  const sent = JSON.parse('{"constructor":1,"__proto__":2,"toString":null}')
  expect(groups.in(sent)).toBe(UNKNOWN)
  expect(Object.entries(groups.unknownIn(sent))).toEqual([
    ['constructor', 1],
    ['__proto__', 2],
  ])
})

it('gives the fields without a place of their own, those too that have one beside', () => {
  expect(groups.unknownIn({ model: 'm', one: 1, both: 2, odd: 3, empty: null })).toEqual({ both: 2, odd: 3 })
})

it('sets what is there, and leaves absent what is not', () => {
  const target: { a?: number; b?: number; c?: number } = { c: 3 }
  assignPresent(target, { a: 1, b: undefined })
  expect(Object.entries(target)).toEqual([
    ['c', 3],
    ['a', 1],
  ])
})
