import { useEffect, useState } from 'react'
import type { Api } from './api.ts'
import { Shell } from './shell/shell.tsx'
import { SignInPage } from './shell/sign-in-page.tsx'

type Access = 'redeeming' | 'open' | 'signed-out'
type AppProps = { readonly api: Api; readonly ticket: string | null }

/** Decides between the pages and the sign-in page. Only a browser is ever signed out. */
export function App({ api, ticket }: AppProps) {
  const { session } = api
  const [access, setAccess] = useState<Access>(session && ticket ? 'redeeming' : 'open')

  useEffect(() => session?.onSignedOut(() => setAccess('signed-out')), [session])

  useEffect(() => {
    if (!session || !ticket) return
    // Never rejects: every outcome is a value. A spent ticket may belong to a browser that is signed in already, so
    // the pages open in any case; their first call tells.
    void session.redeemTicket(ticket).then(() => setAccess('open'))
  }, [session, ticket])

  if (access === 'redeeming') return null
  if (access === 'signed-out' && session) {
    return <SignInPage session={session} onSignedIn={() => setAccess('open')} />
  }
  return <Shell api={api} />
}
