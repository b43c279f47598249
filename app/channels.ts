/** Every way a page can reach the main process, and back. There is no other. */
export const CHANNELS = {
  /** Page to main, with a message port that main hands on to the proxy. */
  controlPort: 'portside:control-port',
  copyText: 'portside:copy-text',
  quit: 'portside:quit',
  /** Main to page: the proxy's process has ended, and every port to it with it. */
  proxyGone: 'portside:proxy-gone',
  /** Main to page: show this place. */
  show: 'portside:show',
} as const

/** The places that the tray leads to, as the page's addresses. */
export const PLACES = { home: '#/', requests: '#/requests' } as const
export type Place = (typeof PLACES)[keyof typeof PLACES]
