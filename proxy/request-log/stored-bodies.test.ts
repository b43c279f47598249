import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RowBodies, readBodies, showBodies, writeBodies } from './stored-bodies.ts'

const body = fc.option(fc.uint8Array({ maxLength: 40 }))
const row: fc.Arbitrary<RowBodies | undefined> = fc.option(
  fc.record({ request: body, response: body, requestCut: fc.boolean(), responseCut: fc.boolean() }),
  { nil: undefined },
)

describe('the bodies of a block', () => {
  it('are the same when they are read, whatever bytes they have, and none is an empty one', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const read = readBodies(writeBodies(rows))
        const plain = read.map(
          (each) =>
            each && {
              ...each,
              request: each.request && new Uint8Array(each.request),
              response: each.response && new Uint8Array(each.response),
            },
        )
        expect(plain).toEqual(rows)
      }),
    )
  })

  it('are shown as text; what is no UTF-8 is told by a mark', () => {
    const request = Buffer.concat([Buffer.from('Grüße 👋\n'), Buffer.from([0xff])])
    const shown = showBodies({ request, response: null, requestCut: true, responseCut: false })
    expect(shown).toEqual({
      request: 'Grüße 👋\n\ufffd',
      response: null,
      requestCut: true,
      responseCut: false,
    })
  })
})
