import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { MessageChannelMain, MessagePortMain, UtilityProcess } from 'electron'
import type { controlContract } from '../contract/control-contract.ts'
import type { ProxyStatus } from '../contract/status.ts'
import type { BeginProxy, ToProxy } from './proxy-messages.ts'
import { restartAfter } from './restart-policy.ts'

export type ControlClient = ContractRouterClient<typeof controlContract>
export type HostView = { readonly status: ProxyStatus | null; readonly isDown: boolean }

const MOST_WAITING = 8

type ProxyHostOptions = {
  readonly fork: () => UtilityProcess
  readonly createChannel: () => MessageChannelMain
  readonly begin: Omit<BeginProxy, 'type' | 'listens'>
  /** Called whenever what is known of the proxy has changed. */
  readonly onView: (view: HostView) => void
  /** Called when the process has ended by itself, before it is started again. */
  readonly onGone: () => void
}

/** The proxy's own process: started, watched, started again, and asked through the control contract. */
export class ProxyHost {
  readonly #options: ProxyHostOptions
  #child: UtilityProcess | undefined
  #control: ControlClient | undefined
  #view: HostView = { status: null, isDown: false }
  #exits: number[] = []
  /** Ports of pages that came while there was no process; at most `MOST_WAITING`. */
  #waiting: MessagePortMain[] = []
  #wantsToListen = false
  #isClosing = false

  constructor(options: ProxyHostOptions) {
    this.#options = options
  }

  get view(): HostView {
    return this.#view
  }

  /** Starts the process; with `listens` it opens its port at once. */
  launch(listens: boolean): void {
    this.#wantsToListen = listens
    const child = this.#options.fork()
    this.#child = child
    child.once('exit', () => this.#afterExit(child))
    this.#tell({ type: 'begin', ...this.#options.begin, listens })
    const { port1, port2 } = this.#options.createChannel()
    this.connect(port2)
    this.#control = createORPCClient(new RPCLink({ port: port1 }))
    port1.start()
    for (const port of this.#waiting.splice(0)) this.connect(port)
    this.#see({ status: null, isDown: false })
    // Never rejects: the end of the feed is the end of the process, which is handled there.
    void this.#followStatus(this.#control)
  }

  /** Hands a page's port to the proxy, or keeps it until there is one. */
  connect(port: MessagePortMain): void {
    if (this.#child) this.#tell({ type: 'control-port' }, [port])
    else this.#waiting = [...this.#waiting, port].slice(-MOST_WAITING)
  }

  async start(): Promise<void> {
    if (!this.#child) {
      this.#exits = []
      this.launch(true)
      return
    }
    this.#wantsToListen = true
    await this.#control?.proxy.start()
  }

  async stop(): Promise<void> {
    this.#wantsToListen = false
    await this.#control?.proxy.stop()
  }

  /** After a sleep kept connections are dead; the proxy dials anew. */
  wake(sleptMs: number): void {
    if (this.#child) this.#tell({ type: 'woken', sleptMs })
  }

  /** Lets the requests in hand end, for as long as the limit; then ends the process in any case. */
  async close(limitMs: number): Promise<void> {
    this.#isClosing = true
    const child = this.#child
    if (!child) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    this.#tell({ type: 'close' })
    const timer = setTimeout(() => child.kill(), limitMs)
    await ended
    clearTimeout(timer)
  }

  #tell(message: ToProxy, ports: MessagePortMain[] = []): void {
    this.#child?.postMessage(message, ports)
  }

  #see(view: HostView): void {
    this.#view = view
    this.#options.onView(view)
  }

  async #followStatus(control: ControlClient): Promise<void> {
    try {
      for await (const status of await control.status.feed()) {
        if (control !== this.#control) return
        this.#wantsToListen = status.state !== 'stopped' && status.state !== 'draining'
        this.#see({ status, isDown: false })
      }
    } catch {
      // The process has ended, or is about to.
    }
  }

  #afterExit(child: UtilityProcess): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#control = undefined
    if (this.#isClosing) return
    this.#options.onGone()
    const now = Date.now()
    this.#exits = [...this.#exits.slice(-9), now]
    const restart = restartAfter(this.#exits, now)
    this.#see({ status: this.#view.status, isDown: !restart.again })
    if (!restart.again) return
    setTimeout(() => {
      if (!this.#isClosing && !this.#child) this.launch(this.#wantsToListen)
    }, restart.delayMs)
  }
}
