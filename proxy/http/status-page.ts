import { createHash } from 'node:crypto'
import type { Model } from '../../contract/model.ts'
import { baseUrls } from './base-urls.ts'

export type StatusPage = {
  readonly host: string
  readonly port: number
  readonly hasUi: boolean
  /** Only for a caller with a key; null otherwise, and then the page tells nothing about accounts or models. */
  readonly models: readonly Model[] | null
}

const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#16202c,#e7ecf3);--soft:light-dark(#5a6675,#9aa6b5);--page:light-dark(#f5f6f8,#101419);--card:light-dark(#fff,#181e26);--line:light-dark(#dfe3e8,#2a323d);--mark:light-dark(#0b7a5b,#3ecf9b)}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:860px;margin:0 auto;padding:40px 24px 64px}h1{font-size:22px;margin:0}h2{font-size:15px;margin:32px 0 10px}
.state{color:var(--mark);font-weight:600;margin:4px 0 0}.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;margin:0 0 10px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 18px;margin:0}dt{color:var(--soft)}dd{margin:0}
code,pre{font:13px/1.55 ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace}pre{margin:6px 0 0;overflow-x:auto;white-space:pre}
.name{color:var(--soft);font-size:13px}ul{margin:0;padding-left:20px}a{color:var(--mark)}`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

export const STATUS_PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** The page for people who open the address in a browser: what it is, what to paste where, what to try. */
export function renderStatusPage(page: StatusPage): string {
  const urls = baseUrls(page.host, page.port)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Portside is running</title><style>${STYLE}</style></head>
<body><main>
<h1>Portside</h1><p class="state">● Running on ${escapeHtml(new URL(urls.anthropic).host)}</p>
<h2>Base URLs</h2>
<div class="card"><dl>
<dt>OpenAI clients</dt><dd><code>${escapeHtml(urls.openai)}</code></dd>
<dt>Anthropic clients</dt><dd><code>${escapeHtml(urls.anthropic)}</code> (without /v1)</dd>
<dt>Key</dt><dd>a local key, <code>ps-…</code>; <code>portside keys add</code> makes one</dd>
</dl></div>
${page.hasUi ? '<p><a href="/ui/">Open the app’s pages</a> (they ask for the admin key)</p>' : ''}
<h2>Try it</h2>
${examples(urls).map(renderExample).join('\n')}
<h2>Endpoints</h2>
<div class="card"><ul>
<li><code>POST /v1/chat/completions</code> OpenAI Chat Completions</li>
<li><code>POST /v1/messages</code> Anthropic Messages</li>
<li><code>GET /v1/models</code> models, in the caller’s shape</li>
<li><code>GET /healthz</code>, <code>GET /readyz</code> for supervisors</li>
</ul></div>
${page.models === null ? '' : renderModels(page.models)}
</main></body></html>
`
}

type Example = { readonly name: string; readonly text: string }

function examples({ openai, anthropic }: { openai: string; anthropic: string }): Example[] {
  const tool = `{"type":"function","function":{"name":"get_time","description":"The time in a city","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}`
  return [
    { name: 'Models', text: `curl ${openai}/models -H "Authorization: Bearer $PORTSIDE_KEY"` },
    {
      name: 'Chat',
      text: post(
        `${openai}/chat/completions`,
        '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}',
      ),
    },
    {
      name: 'Streamed',
      text: post(
        `${openai}/chat/completions`,
        '{"model":"demo","stream":true,"messages":[{"role":"user","content":"Hello"}]}',
        '-N ',
      ),
    },
    {
      name: 'Tool call',
      text: post(
        `${openai}/chat/completions`,
        `{"model":"demo","messages":[{"role":"user","content":"call get_time for Oslo"}],"tools":[${tool}]}`,
      ),
    },
    {
      name: 'Anthropic message',
      text: post(
        `${anthropic}/v1/messages`,
        '{"model":"demo","max_tokens":256,"messages":[{"role":"user","content":"Hello"}]}',
      ),
    },
  ]
}

function post(url: string, body: string, flags = ''): string {
  return `curl ${flags}${url} \\\n  -H "Authorization: Bearer $PORTSIDE_KEY" -H "Content-Type: application/json" \\\n  -d '${body}'`
}

function renderExample({ name, text }: Example): string {
  return `<div class="card"><div class="name">${escapeHtml(name)}</div><pre>${escapeHtml(text)}</pre></div>`
}

function renderModels(models: readonly Model[]): string {
  const rows = models.map(
    (model) =>
      `<li><code>${escapeHtml(model.id)}</code> <span class="name">${escapeHtml(model.provider)}</span></li>`,
  )
  return `<h2>Models</h2><div class="card"><ul>${rows.join('')}</ul></div>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
