import type { Account } from '../contract/account.ts'
import type { Attention } from '../contract/status.ts'

export type AttentionFacts = {
  readonly notices: readonly Attention[]
  readonly accounts: readonly Account[]
  /** What the settings and providers have to say, in sentences. */
  readonly warnings: readonly string[]
  readonly logProblem: string | null
  readonly hasKeys: boolean
  readonly hasWeakKey: boolean
  readonly unreadableCredentials: number
}

/** What needs the user, the gravest first, each with what to do about it. */
export function describeAttention(facts: AttentionFacts): Attention[] {
  const found: Attention[] = [...facts.notices]
  if (!facts.hasKeys)
    found.push({
      id: 'no-key',
      severity: 'error',
      title: 'There is no local key, so every request is refused',
      action: 'Make a key, or set PORTSIDE_API_KEY',
    })
  if (facts.hasWeakKey)
    found.push({
      id: 'weak-key',
      severity: 'error',
      title: 'A local key is a well-known or short one; requests are refused',
      action: 'Make a new key and remove the old one',
    })
  if (facts.unreadableCredentials > 0)
    found.push({
      id: 'credentials',
      severity: 'error',
      title: `${facts.unreadableCredentials} stored credential${facts.unreadableCredentials === 1 ? '' : 's'} cannot be opened with this machine’s key`,
      action: 'They are kept as they are; put the old key back, or enter them again',
    })
  for (const account of facts.accounts) {
    const title = ACCOUNT_TITLES[account.health]
    if (title !== undefined)
      found.push({
        id: `account-${account.id}`,
        severity: 'warning',
        title: `${account.provider} “${account.name}” ${title}`,
        action: account.healthReason ?? 'Look at the account',
      })
  }
  for (const warning of facts.warnings)
    found.push({
      id: `settings-${found.length}`,
      severity: 'warning',
      title: warning,
      action: 'Change the configuration',
    })
  if (facts.logProblem !== null)
    found.push({
      id: 'log',
      severity: 'warning',
      title: 'Requests are not being stored',
      action: facts.logProblem,
    })
  return found
}

const ACCOUNT_TITLES: Partial<Record<Account['health'], string>> = {
  'needs-sign-in': 'was refused: its key or sign-in is no longer valid',
  quota: 'has used up its quota',
  muted: 'is muted by the provider',
  blocked: 'cannot be used',
}
