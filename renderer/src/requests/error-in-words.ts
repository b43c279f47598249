import type { LogEntry } from '../../../contract/log-entry.ts'

export type ErrorInWords = {
  /** Where it went wrong. */
  readonly where: 'Your client' | 'The account' | 'The provider' | 'Portside'
  readonly what: string
  readonly next: string
}

const words = (where: ErrorInWords['where'], what: string, next: string): ErrorInWords => ({
  where,
  what,
  next,
})

const KINDS = new Map<string, ErrorInWords>(
  Object.entries({
    'invalid-request': words(
      'Your client',
      'sent a request that does not fit the protocol.',
      'Read the message: it names the field.',
    ),
    'context-too-long': words(
      'Your client',
      'sent more text than the model takes.',
      'Start a new conversation or choose a model with a longer context.',
    ),
    'content-refused': words(
      'Your client',
      'sent something that the provider refuses to answer.',
      'Change the prompt or use another provider.',
    ),
    unauthorized: words(
      'Your client',
      'sent no key that Portside knows.',
      'Make a key on Home and put it into the client.',
    ),
    forbidden: words('Your client', 'used a key that may not do this.', 'Use a key that allows this model.'),
    'not-found': words(
      'Your client',
      'asked for an address that does not exist.',
      'Copy the base URL from Home into the client.',
    ),
    'model-not-found': words(
      'Your client',
      'asked for a model that no account offers.',
      'Check the model name in the client.',
    ),
    'method-not-allowed': words(
      'Your client',
      'used the wrong HTTP method.',
      'Copy the base URL from Home into the client.',
    ),
    'request-timeout': words('Your client', 'took too long to send its request.', 'Send it again.'),
    'too-large': words(
      'Your client',
      'sent a body larger than the limit.',
      'Send less, or raise the body limit in config.json.',
    ),
    'unsupported-media': words(
      'Your client',
      'sent a kind of content that is not JSON.',
      'Set content-type to application/json.',
    ),
    'request-in-progress': words(
      'Your client',
      'sent a request again while the first one was still being answered.',
      'Nothing to repair: the first one goes on.',
    ),
    'key-reused': words(
      'Your client',
      'used one Idempotency-Key for two different requests.',
      'Let it make a new key for each request.',
    ),
    cancelled: words(
      'Your client',
      'closed the connection before the answer was complete.',
      'Nothing to repair, unless it was a timeout in the client.',
    ),
    'rate-limited': words(
      'The account',
      'has made too many requests for now.',
      'Portside waits and tries it again; another account helps.',
    ),
    'quota-exhausted': words(
      'The account',
      'has used up its quota or credit.',
      'Top it up at the provider or add another account.',
    ),
    'upstream-auth': words(
      'The account',
      'was refused by its provider.',
      'Its key or session has ended: give the account a new one.',
    ),
    'account-muted': words(
      'The account',
      'is muted by its provider.',
      'It is left alone until the mute is over; the message says when.',
    ),
    'check-required': words(
      'The provider',
      'wants to see a browser.',
      'Open its page in the sign-in window, pass its check and try again.',
    ),
    overloaded: words('The provider', 'has too much to do.', 'Try again in a moment.'),
    'upstream-unavailable': words(
      'The provider',
      'could not be reached or broke off.',
      'Check the network; if it is up, the provider is down.',
    ),
    'upstream-changed': words(
      'The provider',
      'answered in a way that Portside does not know.',
      'Look for a new version of Portside.',
    ),
    'upstream-truncated': words('The provider', 'ended its answer in the middle.', 'Send the request again.'),
    'upstream-redirected': words(
      'The provider',
      'pointed to another address, which Portside does not follow.',
      "Check the provider's base URL.",
    ),
    'timed-out': words(
      'The provider',
      'did not answer in time.',
      'Try again, or raise the timeout in config.json.',
    ),
    'queue-full': words(
      'Portside',
      'had no room left in its queue.',
      'Send fewer requests at once or add an account.',
    ),
    'no-account': words(
      'Portside',
      'had no account that could take this request.',
      'Add an account or repair one that needs attention.',
    ),
    'network-offline': words(
      'Portside',
      'could reach no provider: this machine seems to have no network.',
      'Check the connection and send the request again.',
    ),
    draining: words('Portside', 'was stopping.', 'Start it and send the request again.'),
    internal: words('Portside', 'made a mistake of its own.', 'Please report it with the request id.'),
  }),
)

/** Says in plain words whose fault a failed request is and what to do; null where there is nothing to say. */
export function errorInWords(entry: Pick<LogEntry, 'errorKind' | 'state'>): ErrorInWords | null {
  const known = entry.errorKind === null ? undefined : KINDS.get(entry.errorKind)
  if (known) return known
  if (entry.state !== 'failed') return null
  return words('Portside', 'has no explanation for this one.', 'Read the message and the attempts below.')
}
