import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../chat/json.ts'
import { createResponseStore } from './response-store.ts'

const message = (id: string, text: string): JsonObject => ({
  id,
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
})
const said = (text: string): JsonObject => ({ type: 'message', role: 'user', content: text })

function makeStore(maxBytes = 100_000) {
  const clock = { now: 0 }
  const store = createResponseStore({ maxBytes, maxAgeMs: 1000, monotonic: () => clock.now })
  const keep = (id: string, body: JsonObject, owner = 'me') =>
    store.keep({ owner, body, response: { id, output: [message(`msg_${id}`, id)] } })
  return { store, keep, clock, mine: store.of('me') }
}

describe('remembering responses', () => {
  it('finds an item by its id, and a whole answer by its own', () => {
    const { store, keep, mine } = makeStore()
    keep('resp_1', { input: 'Hi' })
    expect(mine.item('msg_resp_1')).toEqual(message('msg_resp_1', 'resp_1'))
    expect(store.response('me', 'resp_1')).toMatchObject({ id: 'resp_1' })
    expect(mine.item('msg_2')).toBeUndefined()
  })

  it('tells everything that led to an answer, over any number of steps', () => {
    const { keep, mine } = makeStore()
    keep('resp_1', { input: 'Hi' })
    keep('resp_2', { input: [said('And?')], previous_response_id: 'resp_1' })
    keep('resp_3', { input: [{ type: 'item_reference', id: 'msg_resp_1' }], previous_response_id: 'resp_2' })
    expect(mine.history('resp_3')).toEqual([
      said('Hi'),
      message('msg_resp_1', 'resp_1'),
      said('And?'),
      message('msg_resp_2', 'resp_2'),
      message('msg_resp_1', 'resp_1'),
      message('msg_resp_3', 'resp_3'),
    ])
  })

  it('keeps owners apart', () => {
    const { store, keep } = makeStore()
    keep('resp_1', { input: 'Hi' })
    const other = store.of('other')
    expect([other.item('msg_resp_1'), other.history('resp_1'), store.response('other', 'resp_1')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('keeps nothing where the client wants nothing kept, or the way to it is lost', () => {
    const { store, keep, mine } = makeStore()
    keep('resp_1', { input: 'Hi', store: false })
    keep('resp_2', { input: 'Hi', previous_response_id: 'resp_0' })
    expect([mine.history('resp_1'), mine.history('resp_2'), store.bytes]).toEqual([undefined, undefined, 0])
  })

  it('forgets the least used first, and stays below its bytes', () => {
    const { store, keep, mine } = makeStore(1500)
    for (const id of ['resp_1', 'resp_2', 'resp_3', 'resp_4']) {
      keep(id, { input: 'x'.repeat(100) })
      mine.item('msg_resp_1')
      expect(store.bytes).toBeLessThanOrEqual(1500)
    }
    expect(['resp_1', 'resp_2', 'resp_4'].map((id) => mine.history(id) !== undefined)).toEqual([
      true,
      false,
      true,
    ])
    expect(mine.item('msg_resp_2')).toBeUndefined()
  })

  it('keeps nothing that is larger than all its room', () => {
    const { store, keep, mine } = makeStore(100)
    keep('resp_1', { input: 'x'.repeat(1000) })
    expect([mine.history('resp_1'), store.bytes]).toEqual([undefined, 0])
  })

  it('forgets what is too old, with all that follows from it', () => {
    const { store, keep, clock, mine } = makeStore()
    keep('resp_1', { input: 'Hi' })
    clock.now = 900
    keep('resp_2', { input: 'And?', previous_response_id: 'resp_1' })
    clock.now = 1100
    expect(mine.history('resp_2')).toBeUndefined()
    expect(mine.item('msg_resp_2')).toBeDefined()
    clock.now = 3000
    expect(mine.item('msg_resp_2')).toBeUndefined()
    expect(store.bytes).toBe(0)
  })

  it('survives answers that follow each other in a ring', () => {
    const { keep, mine } = makeStore()
    keep('resp_1', { input: 'Hi' })
    keep('resp_2', { input: 'And?', previous_response_id: 'resp_1' })
    keep('resp_1', { input: 'Hi', previous_response_id: 'resp_2' })
    expect(mine.history('resp_1')).toBeUndefined()
  })
})
