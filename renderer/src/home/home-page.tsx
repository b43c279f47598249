import { useCallback, useState } from 'react'
import type { ProxyStatus } from '../../../contract/status.ts'
import type { Api } from '../api.ts'
import { useCall } from '../parts/use-call.ts'
import type { LogState } from '../requests/log-store.ts'
import { AttentionList } from './attention-list.tsx'
import { BaseUrls } from './base-urls.tsx'
import { Checklist } from './checklist.tsx'
import { ClientSnippets } from './client-snippets.tsx'
import { KeyRow } from './key-row.tsx'
import { RecentRequests } from './recent-requests.tsx'
import { StateCard } from './state-card.tsx'
import './home-page.css'

type HomePageProps = {
  readonly api: Api
  readonly status: ProxyStatus | null
  readonly log: LogState
}

/** Is it on, what do I paste, what is broken. */
export function HomePage({ api, status, log }: HomePageProps) {
  const { control, copyText } = api
  const keys = useCall(useCallback((signal) => control.keys.list(undefined, { signal }), [control]))
  const models = useCall(useCallback((signal) => control.models.list(undefined, { signal }), [control]))
  // Held only while this page is open: the one time that the key's text is known.
  const [secret, setSecret] = useState<string | null>(null)

  async function addKey(name: string) {
    const created = await control.keys.add({ name })
    setSecret(created.secret)
    keys.reload()
  }
  return (
    <div className="page home">
      <h1 className="sr-only">Home</h1>
      <StateCard status={status} onStart={() => control.proxy.start()} onStop={() => control.proxy.stop()} />
      <div className="home-columns">
        <section className="card" aria-labelledby="connect-title">
          <h2 id="connect-title" className="card-title">
            Connect a client
          </h2>
          <BaseUrls urls={status?.baseUrls ?? null} copyText={copyText} />
          <KeyRow
            keys={keys.call}
            secret={secret}
            onAdd={addKey}
            onHide={() => setSecret(null)}
            copyText={copyText}
          />
          {status && (
            <ClientSnippets
              urls={status.baseUrls}
              model={models.call.state === 'ready' ? (models.call.value[0]?.id ?? null) : null}
              secret={secret}
              copyText={copyText}
            />
          )}
        </section>
        <div className="home-side">
          <AttentionList attention={status?.attention ?? []} />
          <Checklist status={status} log={log} />
        </div>
      </div>
      <RecentRequests log={log} />
    </div>
  )
}
