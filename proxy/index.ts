/** The only door of the proxy: what the desktop app may use. */
export type { ControlRouter } from './control/create-control.ts'
export { serveControlPort } from './control/serve-control-port.ts'
export { createProxy, type Proxy, type ProxyOptions } from './create-proxy.ts'
export { endOnCrash } from './end-on-crash.ts'
export { ProxyStartError } from './http/listener.ts'
