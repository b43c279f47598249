import { useState } from 'react'
import type { ProxyStatus } from '../../../contract/status.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { printableBody } from '../text/printable.ts'
import { SNIPPETS, type SnippetId, snippetOf } from './snippets.ts'

type ClientSnippetsProps = {
  readonly urls: ProxyStatus['baseUrls']
  readonly model: string | null
  readonly secret: string | null
  readonly copyText: (text: string) => Promise<void>
}

/** Ready-made texts that point a client here. */
export function ClientSnippets({ urls, model, secret, copyText }: ClientSnippetsProps) {
  const [current, setCurrent] = useState<SnippetId>('claude-code')
  const snippet = snippetOf(current, { urls, model: model ?? 'demo', key: secret ?? 'YOUR_KEY' })
  const name = SNIPPETS.find(({ id }) => id === current)?.label ?? ''
  return (
    <div className="snippets">
      <Tabs label="Clients" tabs={SNIPPETS} current={current} onChange={setCurrent}>
        <div className="snippet-head">
          <span className="quiet">{snippet.place}</span>
          <CopyButton what={`${name} set-up`} text={snippet.text} copyText={copyText} label="Copy" />
        </div>
        <pre className="code">{printableBody(snippet.text)}</pre>
      </Tabs>
    </div>
  )
}
