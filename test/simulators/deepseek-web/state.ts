import { randomBytes, randomUUID } from 'node:crypto'

export type SimulatedAccount = {
  readonly id: string
  readonly email: string | undefined
  readonly mobile: string | undefined
  readonly password: string | undefined
  readonly tokens: Set<string>
  /** Milliseconds since 1970. */
  mutedUntil: number
  isBanned: boolean
  /** `users/current` answers with this token in the place of the one that was sent. */
  rotatesTo: string | undefined
  /** Answers under way. */
  live: number
}

export type SimulatedSession = {
  readonly id: string
  readonly owner: string
  /** The id that the next message gets: questions are odd, answers even. */
  nextId: number
  lastResponse: number | undefined
  isDeleted: boolean
  scenario: string
  thinking: boolean
  search: boolean
  modelType: string
  readonly prompts: string[]
  /** Message ids that `stop_stream` was called for. */
  readonly stopped: number[]
}

export type SimulatedFile = {
  readonly id: string
  readonly name: string
  readonly isImage: boolean
  readonly kind: string
  polls: number
}

export type State = ReturnType<typeof createState>

type NewAccount = {
  readonly email?: string
  readonly mobile?: string
  readonly password?: string
  readonly token?: string
}

/** What the simulated DeepSeek keeps. */
export function createState(wanted: readonly NewAccount[]) {
  const accounts: SimulatedAccount[] = wanted.map((account, index) => ({
    id: `user-${index + 1}`,
    email: account.email,
    mobile: account.mobile,
    password: account.password,
    tokens: new Set(account.token === undefined ? [] : [account.token]),
    mutedUntil: 0,
    isBanned: false,
    rotatesTo: undefined,
    live: 0,
  }))
  const sessions = new Map<string, SimulatedSession>()
  const files = new Map<string, SimulatedFile>()
  const isOf = (session: SimulatedSession, account: SimulatedAccount) =>
    session.owner === account.id && !session.isDeleted
  return {
    accounts,
    sessions,
    files,
    /** Things that scenarios do once. */
    happened: new Set<string>(),
    /** The most answers that one account had under way at a time. */
    mostLive: 0,
    accountOf(authorization: unknown): SimulatedAccount | undefined {
      const token = typeof authorization === 'string' ? authorization.replace(/^Bearer /, '') : ''
      return accounts.find(({ tokens }) => tokens.has(token))
    },
    issueToken(account: SimulatedAccount): string {
      const token = `sim-${randomBytes(28).toString('hex')}`
      account.tokens.add(token)
      return token
    },
    revoke(account: SimulatedAccount, token: string): void {
      account.tokens.delete(token)
    },
    createSession(account: SimulatedAccount): SimulatedSession {
      const session: SimulatedSession = {
        id: randomUUID(),
        owner: account.id,
        nextId: 1,
        lastResponse: undefined,
        isDeleted: false,
        scenario: 'plain',
        thinking: false,
        search: false,
        modelType: 'default',
        prompts: [],
        stopped: [],
      }
      sessions.set(session.id, session)
      return session
    },
    ownSession(account: SimulatedAccount, id: unknown): SimulatedSession | undefined {
      const session = sessions.get(String(id))
      return session !== undefined && isOf(session, account) ? session : undefined
    },
    sessionsOf: (account: SimulatedAccount) =>
      [...sessions.values()].filter((session) => isOf(session, account)),
  }
}
