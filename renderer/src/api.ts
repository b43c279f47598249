import { type ClientLink, createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { controlContract } from '../../contract/control-contract.ts'
import { createHttpLink, createHttpSession } from './http-link.ts'
import { createPortLink } from './port-link.ts'
import type { WindowBridge } from './window-bridge.ts'

declare global {
  interface Window {
    readonly portside?: WindowBridge
  }
}

export type ControlClient = ContractRouterClient<typeof controlContract>

export type SignInOutcome = 'signed-in' | 'wrong' | 'too-many' | 'unreachable'

/** Who is signed in. Only a browser needs this: the desktop window is the user's own. */
export type Session = {
  readonly signIn: (adminKey: string) => Promise<SignInOutcome>
  readonly redeemTicket: (ticket: string) => Promise<SignInOutcome>
  readonly signOut: () => Promise<void>
  /** Calls back when the server says that nobody is signed in. */
  readonly onSignedOut: (callback: () => void) => () => void
}

/** Everything a page may ask of the world. Pages cannot tell a desktop window from a browser. */
export type Api = {
  readonly control: ControlClient
  readonly session: Session | null
  readonly copyText: (text: string) => Promise<void>
  readonly onShow: (callback: (place: string) => void) => () => void
  /** Ends the desktop app; null in a browser. Some desktops show no tray, so a page must be able to. */
  readonly quit: (() => Promise<void>) | null
}

export function createApi(page: Window): Api {
  return page.portside ? createWindowApi(page, page.portside) : createBrowserApi(page)
}

function createWindowApi(page: Window, bridge: WindowBridge): Api {
  return {
    control: createControl(
      createPortLink({ receivePort: () => receivePort(page, bridge), onGone: bridge.onGone }),
    ),
    session: null,
    copyText: bridge.copyText,
    onShow: bridge.onShow,
    quit: bridge.quit,
  }
}

function createBrowserApi(page: Window): Api {
  const session = createHttpSession((path, init) => page.fetch(path, init))
  const link = createHttpLink({
    url: new URL('/control/rpc', page.location.origin).href,
    onUnauthorized: session.announceSignedOut,
  })
  return {
    control: createControl(link),
    session,
    copyText: (text) => page.navigator.clipboard.writeText(text),
    onShow: () => () => undefined,
    quit: null,
  }
}

function createControl(link: ClientLink<Record<never, never>>): ControlClient {
  return createORPCClient(link)
}

/** The port comes as a message of this very window, marked with the ticket that it was asked for with. */
function receivePort(page: Window, bridge: WindowBridge): Promise<MessagePort> {
  const ticket = crypto.randomUUID()
  return new Promise((resolve) => {
    const receive = (event: MessageEvent<unknown>) => {
      const [port] = event.ports
      if (event.source !== page || event.data !== ticket || !port) return
      page.removeEventListener('message', receive)
      resolve(port)
    }
    page.addEventListener('message', receive)
    bridge.connect(ticket)
  })
}
