import { expect, test } from 'vitest'
import { readableBody } from './readable-body.ts'

test('JSON is indented, and a direction override in it shows as its code point', () => {
  expect(readableBody('{"a":["\u202e"]}')).toBe('{\n  "a": [\n    "\\u{202e}"\n  ]\n}')
})

test('what is not JSON stays as it came', () => {
  expect(readableBody('data: {"a":1}\n\ndata: [DONE]\n')).toBe('data: {"a":1}\n\ndata: [DONE]\n')
})
