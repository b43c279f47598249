/** The only door of the proxy: what the desktop app and the command line may use. */
export { createProxy, type Proxy, type ProxyOptions } from './create-proxy.ts'
export { ProxyStartError } from './http/listener.ts'
