/** Headers of an upstream's answer that a client may see. Never content-encoding, content-length, cookies, location. */
const ALWAYS: ReadonlySet<string> = new Set(['retry-after', 'retry-after-ms', 'x-should-retry'])
const SAME_PROTOCOL = /^(request-id|openai-processing-ms|openai-version|(anthropic|x)-ratelimit-[a-z-]+)$/
const PRINTABLE = /^[\t\x20-\x7e\x80-\xff]*$/

/** What of an upstream's headers goes on to the client; the rate-limit ones only where both speak the same protocol. */
export function passedHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  isPassThrough: boolean,
): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    const isWanted = ALWAYS.has(name) || (isPassThrough && SAME_PROTOCOL.test(name))
    if (isWanted && value !== undefined && PRINTABLE.test(value)) passed[name] = value
  }
  return passed
}

/** Headers of a client's request that go on to an upstream of the same protocol. */
const UPWARDS = ['anthropic-version', 'anthropic-beta', 'openai-beta']

export function headersToPassOn(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name of UPWARDS) {
    const value = headers[name]
    if (value !== undefined) passed[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return passed
}
