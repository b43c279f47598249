import { describe, expect, it } from 'vitest'
import type { StreamPart } from '../../proxy/chat/stream-part.ts'
import { startFakeRelay } from '../support/fake-relay.ts'

const BEGUN = '<tool_calls>\n<invoke name="ping">\n<parameter name="body"><![CDATA['
const ENDED = ']]></parameter>\n</invoke>\n</tool_calls>'
const text = (said: string): StreamPart => ({ type: 'text-delta', key: 0, text: said })

/** A model that writes a long call, until it is told to end it. */
function startWriting() {
  let end = () => undefined as unknown
  const told = new Promise<void>((resolve) => {
    end = () => resolve()
  })
  const relayed = startFakeRelay(
    async function* () {
      yield text(BEGUN)
      yield text('one line\n')
      await told
      yield text(ENDED)
      yield { type: 'finish', reason: 'stop' }
    },
    { tools: [{ kind: 'function', name: 'ping' }], heartbeat: ': still here\n\n' },
  )
  return { ...relayed, end }
}

describe('REL-10: a stream whose call is still being written', () => {
  it('begins after ten seconds, and beats until the call is whole', async () => {
    const { clock, client, end, isAnswered } = startWriting()
    await clock.advance(9_999)
    expect(client.head).toBeUndefined()
    await clock.advance(1)
    expect([client.head, client.text]).toEqual([200, ''])
    await clock.advance(30_000)
    expect(client.text).toBe(': still here\n\n'.repeat(2))
    end()
    expect(await isAnswered).toBe(true)
    expect(client.text).toMatch(/tool-call-start[\s\S]*one line[\s\S]*finish/)
    expect(clock.pendingTimers).toBe(0)
  })

  it('begins with its call where that comes sooner', async () => {
    const { clock, client, end, isAnswered } = startWriting()
    await clock.advance(1_000)
    end()
    await isAnswered
    expect([client.head, client.text.includes('still here'), client.text.includes('CDATA')]).toEqual([
      200,
      false,
      false,
    ])
  })
})
