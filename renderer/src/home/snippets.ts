import type { ProxyStatus } from '../../../contract/status.ts'

export type SnippetInput = {
  readonly urls: ProxyStatus['baseUrls']
  readonly model: string
  readonly key: string
}

export type Snippet = {
  /** Where the text belongs. */
  readonly place: string
  readonly text: string
}

export const SNIPPETS = [
  { id: 'claude-code', label: 'Claude Code' },
  { id: 'codex', label: 'Codex' },
  { id: 'openai-sdk', label: 'OpenAI SDK' },
  { id: 'curl', label: 'curl' },
] as const

export type SnippetId = (typeof SNIPPETS)[number]['id']

/** What to paste, and where, for one client. */
export function snippetOf(id: SnippetId, input: SnippetInput): Snippet {
  switch (id) {
    case 'claude-code':
      return { place: '~/.claude/settings.json', text: claudeCode(input) }
    case 'codex':
      return { place: '~/.codex/config.toml, above any table', text: codex(input) }
    case 'openai-sdk':
      return { place: 'Python', text: openaiSdk(input) }
    case 'curl':
      return { place: 'Shell', text: curl(input) }
  }
}

function claudeCode({ urls, key }: SnippetInput): string {
  return JSON.stringify({ env: { ANTHROPIC_BASE_URL: urls.anthropic, ANTHROPIC_AUTH_TOKEN: key } }, null, 2)
}

function codex({ urls, model, key }: SnippetInput): string {
  return [
    `model = ${JSON.stringify(model)}`,
    'model_provider = "portside"',
    '',
    '[model_providers.portside]',
    'name = "Portside"',
    `base_url = ${JSON.stringify(urls.openai)}`,
    'wire_api = "responses"',
    `experimental_bearer_token = ${JSON.stringify(key)}`,
  ].join('\n')
}

function openaiSdk({ urls, model, key }: SnippetInput): string {
  return [
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url=${JSON.stringify(urls.openai)}, api_key=${JSON.stringify(key)})`,
    'answer = client.chat.completions.create(',
    `    model=${JSON.stringify(model)},`,
    '    messages=[{"role": "user", "content": "Hello"}],',
    ')',
    'print(answer.choices[0].message.content)',
  ].join('\n')
}

function curl({ urls, model, key }: SnippetInput): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
  return [
    `curl ${urls.openai}/chat/completions \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    "  -H 'content-type: application/json' \\",
    `  --data-raw '${body.replaceAll("'", `'\\''`)}'`,
  ].join('\n')
}
