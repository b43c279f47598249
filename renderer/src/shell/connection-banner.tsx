import { CloudOff } from 'lucide-react'

/** Says quietly that what is on the screen may be old. */
export function ConnectionBanner() {
  return (
    <div className="banner" role="status">
      <CloudOff aria-hidden="true" />
      <span>
        <strong>Not connected to the proxy.</strong> What you see may be out of date. Trying again…
      </span>
    </div>
  )
}
