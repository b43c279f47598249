import { useSyncExternalStore } from 'react'

export type Route =
  | { readonly page: 'home' }
  /** `selected` is the request whose detail is open. */
  | { readonly page: 'requests'; readonly selected: string | null }

/** Reads the address's fragment; what it does not know is Home. */
export function parseRoute(hash: string): Route {
  const [page, selected] = hash.replace(/^#\/?/, '').split('/')
  if (page !== 'requests') return { page: 'home' }
  return { page: 'requests', selected: selected ? decode(selected) : null }
}

export function formatRoute(route: Route): string {
  if (route.page === 'home') return '#/'
  return route.selected === null ? '#/requests' : `#/requests/${encodeURIComponent(route.selected)}`
}

export function goTo(route: Route): void {
  window.location.hash = formatRoute(route)
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(onHashChange, () => window.location.hash))
}

function onHashChange(callback: () => void): () => void {
  window.addEventListener('hashchange', callback)
  return () => window.removeEventListener('hashchange', callback)
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    // A mangled address shows the list.
    return null
  }
}
