import { type SubmitEvent, useState } from 'react'
import type { Session, SignInOutcome } from '../api.ts'
import { BrandMark } from './brand-mark.tsx'
import './sign-in-page.css'

type SignInPageProps = { readonly session: Session; readonly onSignedIn: () => void }

const REFUSALS: Record<Exclude<SignInOutcome, 'signed-in'>, string> = {
  wrong: 'That is not the admin key of this Portside.',
  'too-many': 'Too many attempts. Wait a minute and try again.',
  unreachable: 'Portside does not answer. Check that it is running.',
}

/** For a browser that is not signed in. The desktop window never sees it. */
export function SignInPage({ session, onSignedIn }: SignInPageProps) {
  const [adminKey, setAdminKey] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)

  async function signIn() {
    setBusy(true)
    setRefusal(null)
    const outcome = await session.signIn(adminKey.trim())
    setBusy(false)
    if (outcome === 'signed-in') onSignedIn()
    else setRefusal(REFUSALS[outcome])
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    // Never rejects: every outcome is a value.
    void signIn()
  }
  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={submit} aria-labelledby="sign-in-title">
        <BrandMark />
        <h1 id="sign-in-title">Sign in to Portside</h1>
        <p className="quiet">
          The admin key was printed when <code>portside serve</code> started for the first time.
        </p>
        <label className="field" htmlFor="admin-key">
          Admin key
        </label>
        <input
          id="admin-key"
          type="password"
          autoComplete="current-password"
          value={adminKey}
          onChange={(event) => setAdminKey(event.target.value)}
          aria-invalid={refusal !== null}
          aria-describedby="sign-in-refusal"
          required
        />
        <p id="sign-in-refusal" className="sign-in-refusal" role="alert">
          {refusal}
        </p>
        <button type="submit" className="button button-primary" disabled={isBusy || adminKey.trim() === ''}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}
