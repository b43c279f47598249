import { describe, expect, it } from 'vitest'
import { answerOf, callBlockOf, callOf, httpChunk, NOW_MARK, saidBy } from './answers.ts'
import { type Check, checkSame, checkTranslated, latenessOf } from './check-answer.ts'

/** An Anthropic stream that says a text, and makes a call where there are arguments. */
function anthropicStream(text: string, input?: string): string {
  const frame = (event: { type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
  const delta = (change: object) => frame({ type: 'content_block_delta', delta: change } as { type: string })
  return [
    ...(text.match(/[\s\S]{1,40}/g) ?? []).map((piece) => delta({ type: 'text_delta', text: piece })),
    ...(input === undefined
      ? []
      : [
          frame({ type: 'content_block_start', content_block: { name: 'save_note' } } as { type: string }),
          ...(input.match(/[\s\S]{1,7}/g) ?? []).map((piece) =>
            delta({ type: 'input_json_delta', partial_json: piece }),
          ),
        ]),
    frame({ type: 'message_stop' }),
  ].join('')
}

const judge = (check: Check, text: string, status = 200) => check(status, Buffer.from(text))

describe('an answer that was only passed on', () => {
  it('must be the upstream’s, byte for byte', () => {
    const { body } = answerOf('openai-chat', 'sse-5')
    const check = checkSame('openai-chat', 'sse-5')
    expect(check(200, body)).toBeUndefined()
    const changed = Buffer.from(body)
    changed[40] = 33
    expect(check(200, changed)).toContain('differs')
    expect(check(200, body.subarray(0, -1))).toContain('differs')
    expect(check(502, body)).toContain('status 502')
  })

  it('must have the length of a paced one, whose times are not known before', () => {
    const { body } = answerOf('openai-chat', 'paced-3-10')
    const stamped = String(body).replaceAll(NOW_MARK, '000000012345.678')
    expect(judge(checkSame('openai-chat', 'paced-3-10'), stamped)).toBeUndefined()
    expect(judge(checkSame('openai-chat', 'paced-3-10'), stamped.slice(1))).toContain('differs')
  })
})

describe('a translated answer', () => {
  const translated = (model: string, isStreamed: boolean, isBridged: boolean) =>
    checkTranslated({ to: 'anthropic', model, isStreamed, isBridged })

  it('must say what the upstream said', () => {
    const whole = (text: string) => JSON.stringify({ content: [{ type: 'text', text }] })
    const check = translated('small', false, false)
    expect(judge(check, whole(saidBy('small')))).toBeUndefined()
    expect(judge(check, whole('High water is at one.'))).toContain('something else')
    expect(judge(check, '{"error":')).toContain('something else')
    expect(judge(check, '', 529)).toContain('status 529')
  })

  it('must say all of it where it is streamed, and end', () => {
    const text = saidBy('sse-50')
    expect(judge(translated('sse-50', true, false), anthropicStream(text))).toBeUndefined()
    const wrong: readonly [string, string][] = [
      [anthropicStream(text).replaceAll('message_stop', 'message_stopped'), 'no end'],
      [anthropicStream(text.replace('word49', '')), 'lacks “word49”'],
      [anthropicStream(text.replace('word20 ', '')), 'something else'],
      [anthropicStream(`${text}word19 `), 'something else'],
      [anthropicStream(text, '{}'), 'a call that nobody made'],
    ]
    for (const [stream, problem] of wrong)
      expect(judge(translated('sse-50', true, false), stream)).toContain(problem)
  })

  it('must make the call, with its arguments, where the bridge is on', () => {
    const text = saidBy('call-50')
    const input = JSON.stringify(callOf('call-50'))
    expect(judge(translated('call-50', true, true), anthropicStream(text, input))).toBeUndefined()
    expect(judge(translated('call-50', true, true), anthropicStream(text))).toContain('lacks “save_note”')
    expect(
      judge(translated('call-50', true, true), anthropicStream(text, input.replace('noon', 'one'))),
    ).toContain('other arguments')
    expect(judge(translated('call-50', true, true), anthropicStream(text, input.slice(0, -1)))).toContain(
      'other arguments',
    )
  })

  it('must leave the call as words where the bridge is off', () => {
    const words = saidBy('call-50') + callBlockOf('call-50')
    expect(judge(translated('call-50', true, false), anthropicStream(words))).toBeUndefined()
    expect(judge(translated('call-50', true, false), anthropicStream(saidBy('call-50')))).toContain(
      'something else',
    )
  })
})

describe('the lateness of events', () => {
  it('is told for every stamp that came whole', () => {
    const event = (stamp: string) => httpChunk(`data: {"content":"${stamp}"}\n\n`)
    const bytes = Buffer.from(`${event('000000012345.678')}${event('000000012346.000')}`)
    expect(latenessOf(bytes, 12_350).map((ms) => ms.toFixed(3))).toEqual(['4.322', '4.000'])
    expect(latenessOf(bytes.subarray(0, -20), 12_350)).toHaveLength(1)
  })
})
