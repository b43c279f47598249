import { expect, test } from 'vitest'
import { curlOf, shellQuote } from './copy-as-curl.ts'

const origin = 'http://127.0.0.1:9090'

test('a request with its body, the key as a variable', () => {
  const entry = { method: 'POST', path: '/v1/chat/completions', protocol: 'openai-chat' }
  expect(curlOf({ entry, origin, body: '{"q":"it\'s"}' })).toBe(
    [
      "curl 'http://127.0.0.1:9090/v1/chat/completions' \\",
      '  -H "Authorization: Bearer $PORTSIDE_KEY" \\',
      "  -H 'content-type: application/json' \\",
      `  --data-raw '{"q":"it'\\''s"}'`,
    ].join('\n'),
  )
})

test('each protocol has its own key header, and a body that was not kept is read from a file', () => {
  const anthropic = curlOf({
    entry: { method: 'POST', path: '/v1/messages', protocol: 'anthropic-messages' },
    origin,
    body: null,
  })
  expect(anthropic).toContain('-H "x-api-key: $PORTSIDE_KEY"')
  expect(anthropic).toContain('--data-raw "$(cat request.json)"')
  expect(
    curlOf({ entry: { method: 'GET', path: '/v1beta/models', protocol: 'gemini' }, origin, body: null }),
  ).toBe(`curl 'http://127.0.0.1:9090/v1beta/models' \\\n  -X 'GET' \\\n  -H "x-goog-api-key: $PORTSIDE_KEY"`)
})

test('nothing in a path or body leaves its quotes, and a terminal obeys none of it', () => {
  expect(shellQuote("/v1'; rm -rf ~; '")).toBe(`'/v1'\\''; rm -rf ~; '\\'''`)
  expect(shellQuote("a\u001b[201~'\\b")).toBe(`$'a\\u001b[201~\\'\\\\b'`)
})
