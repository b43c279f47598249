import { describe, expect, it } from 'vitest'
import { Slots } from './slots.ts'

describe('Slots', () => {
  it('hold what was added until it is taken out, and use an empty slot again', () => {
    const slots = new Slots<{ name: string }>()
    const [ebb, flood, spring] = [{ name: 'ebb' }, { name: 'flood' }, { name: 'spring' }]
    const first = slots.add(ebb)
    slots.add(flood)
    expect(slots.delete(first)).toBe(true)
    expect([...slots]).toEqual([flood])
    expect(slots.add(spring)).toBe(first)
    expect([...slots]).toEqual([spring, flood])
    expect(slots.size).toBe(2)
  })

  it('take nothing out twice', () => {
    const slots = new Slots<object>()
    const slot = slots.add({})
    expect([slots.delete(slot), slots.delete(slot), slots.delete(99)]).toEqual([true, false, false])
    expect(slots.size).toBe(0)
  })

  it('may lose members while they are gone through', () => {
    const slots = new Slots<{ slot: number }>()
    for (let count = 0; count < 3; count++) {
      const item = { slot: -1 }
      item.slot = slots.add(item)
    }
    for (const { slot } of slots) slots.delete(slot)
    expect(slots.size).toBe(0)
  })
})
