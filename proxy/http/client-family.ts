/** The family of a user agent, for the log: the product's name without version or system. */
export function clientFamily(userAgent: string | undefined): string | null {
  const name = /^[A-Za-z0-9@/._-]{1,60}/.exec(userAgent ?? '')?.[0]
  return name?.replace(/\/v?\d.*$/, '') ?? null
}
