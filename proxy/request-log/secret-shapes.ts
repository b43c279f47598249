export const REDACTED = '[redacted]'

/**
 * What looks like a secret, for those nobody told us of. No pattern has a quantifier inside another, and each either
 * takes the whole run that it looked at or stops after a bounded number of characters, so time grows with length only.
 */
const SHAPES: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\bp[sa]-[A-Za-z0-9_-]{40,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\bgh[opsur]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\beyJ[A-Za-z0-9._-]{16,}/g,
]

/** Kept names in front of what is taken out. */
const NAMED: readonly RegExp[] = [
  /\b(bearer[\t ]{1,8})[A-Za-z0-9._~+/=-]{8,}/gi,
  /\b((?:proxy-)?authorization[\\"']{0,3}[\t ]{0,4}[:=][\t ]{0,4}[\\"']{0,3})[^\r\n"'\\]{4,8192}/gi,
  /\b((?:set-)?cookie[\\"']{0,3}[\t ]{0,4}[:=][\t ]{0,4}[\\"']{0,3})[^\r\n"'\\]{4,8192}/gi,
  /\b((?:x-api-key|x-goog-api-key|api[-_]?key|access[-_]?token|refresh[-_]?token|session[-_]?token|password|passwd|client[-_]?secret)[\\"']{0,3}[\t ]{0,4}[:=][\t ]{0,4}[\\"']{0,3})[^\s"'\\,;&]{6,8192}/gi,
  /([?&](?:key|token|sig|signature|code|auth)=)[^&#\s"'\\]{6,8192}/gi,
  /(:\/\/)[^\s/@"'\\]{1,256}(?=@)/g,
]

/**
 * What a text has somewhere, in lower case, if any of the patterns matches it. Most texts have none of it, and one search
 * for all of it takes half the time that the patterns take. A new pattern needs its word here. NUL is no sign: V8 goes
 * through a text a third faster where one of the choices is a single character.
 */
const ANY_SIGN =
  /bearer|authorization|cookie|api[-_]?key|access[-_]?token|refresh[-_]?token|session[-_]?token|passw|client[-_]?secret|\0|:\/\/|sk-|p[sa]-|aiza|gh[opsur]_|github_pat_|xox|eyj/

const SIGN_IN_URL = /[?&](?:key|token|sig|signature|code|auth)=/i

export function scrubShapes(text: string): string {
  if (!ANY_SIGN.test(text.toLowerCase()) && !SIGN_IN_URL.test(text)) return text
  let scrubbed = text
  for (const shape of NAMED) scrubbed = scrubbed.replace(shape, `$1${REDACTED}`)
  for (const shape of SHAPES) scrubbed = scrubbed.replace(shape, REDACTED)
  return scrubbed
}
