const MINIMUM_LENGTH = 16

/** Keys from other products' manuals and examples: the first that a stranger tries. */
const WELL_KNOWN = new Set([
  '0000',
  'admin',
  'your-api-key',
  'your_api_key',
  'your-api-key-here',
  'proxy_cast',
  'your-admin-secret-key',
  'test',
  'password',
  'changeme',
  'your-secret-key',
  'default-api-key',
  'sk-your-api-key',
  'sk-your-api-key-here',
  'sk-1234567890abcdef',
  'sk-1234567890abcdefghij',
])

const SAMPLE = /^(sk|ps)-[-_a-z]*(your|example|sample|placeholder|change|dummy|test|xxxx)[-_a-z0-9]*$/i
const REPEATED = /^(?:sk-|ps-)?(.)\1*$/

/** True for a key that could be guessed: an example from a manual, or one that is too short. */
export function isWeakKey(key: string): boolean {
  return (
    key.length < MINIMUM_LENGTH ||
    WELL_KNOWN.has(key.toLowerCase()) ||
    REPEATED.test(key) ||
    (SAMPLE.test(key) && !/\d{4}.*\d{4}|[A-Z].*[a-z].*\d/.test(key))
  )
}
