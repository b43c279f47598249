const TICKET = /^#ticket=([A-Za-z0-9._~-]+)$/

/** Takes the one-time ticket out of the address, so that it neither stays in the history nor is used twice. */
export function takeTicket(page: Pick<Window, 'location' | 'history'>): string | null {
  const ticket = TICKET.exec(page.location.hash)?.[1] ?? null
  if (ticket) page.history.replaceState(null, '', page.location.pathname)
  return ticket
}
