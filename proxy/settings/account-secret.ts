import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { AccountSetting, Settings } from '../../contract/settings.ts'
import type { CredentialStore } from './credential-store.ts'
import { hintOf } from './key-hash.ts'
import { sealKeySetting } from './local-keys.ts'

const SECRET_FIELDS = ['apiKey', 'token', 'password'] as const

const accountSecret = z.object({
  apiKey: z.string().optional(),
  token: z.string().optional(),
  password: z.string().optional(),
})
/** What an account signs in with. */
export type AccountSecret = z.infer<typeof accountSecret>

/** An account's secret, from the settings where the user wrote it by hand, else from the sealed store. */
export function readAccountSecret(
  account: AccountSetting,
  credentials: CredentialStore,
): AccountSecret | undefined {
  const written = writtenSecret(account)
  if (written !== undefined) return written
  const sealed = account.credential === undefined ? undefined : credentials.get(account.credential)
  return sealed === undefined ? undefined : parseAccountSecret(sealed)
}

/** A sealed text that is not an object of ours is one bare key or token. */
export function parseAccountSecret(sealed: string): AccountSecret {
  try {
    return accountSecret.parse(JSON.parse(sealed))
  } catch {
    // A bare key is not JSON: that is the usual case of a token put in by the sign-in window.
    return { apiKey: sealed, token: sealed }
  }
}

function writtenSecret(account: AccountSetting): AccountSecret | undefined {
  const fields = SECRET_FIELDS.flatMap((field) =>
    account[field] === undefined ? [] : [[field, account[field]]],
  )
  return fields.length === 0 ? undefined : Object.fromEntries(fields)
}

/**
 * What to sign in with now: an account's session may have been renewed since its secret was given. A renewed token
 * counts only as long as the secret that it was made from is still the account's.
 */
export function readSessionToken(account: AccountSetting, credentials: CredentialStore): string | undefined {
  const secret = readAccountSecret(account, credentials)
  const kept = account.id === undefined ? undefined : credentials.get(sessionIdOf(account.id))
  if (secret === undefined || kept === undefined) return secret?.token
  const read = keptSession.safeParse(JSON.parse(kept))
  return read.success && read.data.madeFrom === hashOf(secret) ? read.data.session : secret.token
}

/** Keeps a renewed token, sealed, for the next start; it is on the disk when this resolves (REL-19). */
export async function keepSessionToken(
  account: AccountSetting,
  session: string,
  credentials: CredentialStore,
): Promise<void> {
  const secret = readAccountSecret(account, credentials)
  if (account.id === undefined || secret === undefined) return
  await credentials.put(sessionIdOf(account.id), JSON.stringify({ session, madeFrom: hashOf(secret) }))
}

const keptSession = z.object({ session: z.string(), madeFrom: z.string() })

/** Under which id an account's renewed token is sealed. */
export function sessionIdOf(accountId: string): string {
  return `${accountId}.session`
}

function hashOf(secret: AccountSecret): string {
  return createHash('sha256')
    .update(JSON.stringify([secret.apiKey, secret.token, secret.password]))
    .digest('hex')
}

/** Moves every secret of the settings into the sealed store. The answer is what may be written into the file. */
export async function sealSettings(settings: Settings, credentials: CredentialStore): Promise<Settings> {
  const accounts: AccountSetting[] = []
  for (const account of settings.accounts) accounts.push(await sealAccount(account, credentials))
  return { ...settings, keys: settings.keys.map(sealKeySetting), accounts }
}

async function sealAccount(account: AccountSetting, credentials: CredentialStore): Promise<AccountSetting> {
  const secret = writtenSecret(account)
  if (secret === undefined) return account
  const { apiKey, token, password: _sealed, hint: _old, ...rest } = account
  const credential = account.credential ?? account.id ?? accountIdOf(account)
  // Setting the file first would lose the secret in a crash; this way the worst is a sealed secret that nobody uses.
  await credentials.put(credential, JSON.stringify(secret))
  const hint = hintOf(apiKey ?? token ?? '')
  return { ...rest, credential, ...(hint === undefined ? {} : { hint }) }
}

/** Gives every account and key an id that stays the same from start to start, also before anything is written. */
export function withIds(settings: Settings): Settings {
  const taken = new Set(settings.accounts.flatMap(({ id }) => (id === undefined ? [] : [id])))
  const accounts = settings.accounts.map((account) => {
    if (account.id !== undefined) return account
    const id = firstFree(accountIdOf(account), taken)
    taken.add(id)
    return { ...account, id }
  })
  return { ...settings, accounts }
}

/** From what names the account; a password is never a part of it, since a short hash of it could be guessed. */
function accountIdOf(account: AccountSetting): string {
  const { provider, email, mobile, name, apiKey, token, credential } = account
  const identity = email ?? mobile ?? apiKey ?? token ?? credential ?? name ?? ''
  return `acc-${createHash('sha256')
    .update(JSON.stringify([provider, identity]))
    .digest('hex')
    .slice(0, 12)}`
}

function firstFree(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let count = 2; ; count += 1) if (!taken.has(`${wanted}-${count}`)) return `${wanted}-${count}`
}

/** Every secret that the settings hold in the clear, for the redactor. */
export function secretsInSettings(settings: Settings): string[] {
  const accounts = settings.accounts.flatMap((account) => Object.values(writtenSecret(account) ?? {}))
  const keys = settings.keys.flatMap((key) => (typeof key === 'string' ? [key] : (key.key ?? [])))
  const headers = settings.providers.flatMap((provider) => Object.values(provider.headers))
  return [...accounts, ...keys, ...headers].filter((secret) => secret !== undefined)
}
