import { expect, test } from 'vitest'
import { SNIPPETS, snippetOf } from './snippets.ts'

const urls = {
  openai: 'http://127.0.0.1:9090/v1',
  anthropic: 'http://127.0.0.1:9090',
  gemini: 'http://127.0.0.1:9090',
}
const input = { urls, model: 'demo', key: 'ps-test' }

test('each client gets the base URL in the form that it wants', () => {
  const texts = SNIPPETS.map(({ id }) => snippetOf(id, input).text)
  expect(JSON.parse(texts[0] ?? '')).toEqual({
    env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9090', ANTHROPIC_AUTH_TOKEN: 'ps-test' },
  })
  expect(texts[1]).toContain('base_url = "http://127.0.0.1:9090/v1"')
  expect(texts[2]).toContain('base_url="http://127.0.0.1:9090/v1", api_key="ps-test"')
  expect(texts[3]).toContain('curl http://127.0.0.1:9090/v1/chat/completions')
})

test('a model name with quotes stays inside its string', () => {
  expect(snippetOf('codex', { ...input, model: 'a"b' }).text).toContain('model = "a\\"b"')
  expect(snippetOf('curl', { ...input, model: "a'b" }).text).toContain(`"a'\\''b"`)
})
