import { type Command, InvalidArgumentError } from 'commander'
import type { Account, NewAccount } from '../../contract/account.ts'
import { askSecret } from './ask-secret.ts'
import { CliError, type CliWorld, EXIT } from './cli-world.ts'
import { type CommonOptions, createContext, withCommonOptions, withControl } from './command-context.ts'
import type { ControlClient } from './open-control.ts'
import { formatTable } from './print-table.ts'

type AddOptions = CommonOptions & {
  readonly provider: string
  readonly name?: string
  readonly apiKeyEnv?: string
  readonly email?: string
  readonly mobile?: string
  readonly token?: true
  readonly sessionEnv?: string
  readonly priority?: number
  readonly weight?: number
}

export function addAccountCommands(program: Command, world: CliWorld): void {
  const accounts = program.command('accounts').description('your accounts at providers')

  withCommonOptions(accounts.command('list').description('all accounts and how they are')).action(
    async (options: CommonOptions) => {
      const context = createContext(world, options)
      const all = await withControl(context, (client) => client.accounts.list())
      context.show(all, all.length === 0 ? 'There are no accounts.\n' : formatAccounts(all))
    },
  )

  withCommonOptions(
    accounts.command('add').description('add an account; its secret is asked for, or read from a pipe'),
  )
    .requiredOption('--provider <id>', 'where it is')
    .option('--name <name>', 'what you call it')
    .option('--api-key-env <variable>', 'read the key from this environment variable')
    .option('--email <address>', 'sign in with this address and a password')
    .option('--mobile <number>', 'sign in with this number and a password')
    .option('--token', 'the secret is a session token, not an API key')
    .option(
      '--session-env <variable>',
      'for cursor: read the browser’s session cookie, for the account pages, from this environment variable',
    )
    .option('--priority <number>', 'lower is used first', asNumber)
    .option('--weight <number>', 'how large a share of the requests it takes', asNumber)
    .action(async (options: AddOptions) => {
      const context = createContext(world, options)
      const added = await withControl(context, async (client) => {
        const type = await typeOf(client, options.provider)
        const notice = NOTICES[type]
        if (notice !== undefined) world.remark(`${notice}\n`)
        return client.accounts.add(await readNewAccount(world, options, type))
      })
      context.show(added, `Added ${added.name} (${added.id}).\n`)
    })

  withCommonOptions(accounts.command('test').description('see whether an account works'))
    .argument('<account>', 'its id or name')
    .action(async (wanted: string, options: CommonOptions) => {
      const context = createContext(world, options)
      const result = await withControl(context, async (client) =>
        client.accounts.test({ id: await findAccount(client, wanted) }),
      )
      context.show(result, `${result.message} (${Math.round(result.durationMs)} ms)\n`)
      if (!result.success) throw new CliError('')
    })

  withCommonOptions(accounts.command('remove').description('forget an account and its secret'))
    .argument('<account>', 'its id or name')
    .action(async (wanted: string, options: CommonOptions) => {
      const context = createContext(world, options)
      const done = await withControl(context, async (client) =>
        client.accounts.remove({ id: await findAccount(client, wanted) }),
      )
      context.show(done, `Removed ${wanted}.\n`)
    })
}

/** What whoever adds an account of such a type must know; docs/providers.md says more. */
const NOTICES: Readonly<Record<string, string>> = {
  cursor:
    "This uses Cursor's own command line or SDK, as you installed it, with your own API key (https://cursor.com/dashboard/integrations); that is a way that Cursor offers for programs. Each request is charged to your plan.",
  'deepseek-web':
    "This uses the website's own interface, which DeepSeek does not offer for programs: it is outside its intended use, and accounts have been muted for it. The supported way is an API key of https://platform.deepseek.com (portside accounts add --provider deepseek).",
}

async function typeOf(client: ControlClient, provider: string): Promise<string> {
  const listed = (await client.providers.list()).find(({ id }) => id === provider)
  return listed?.type ?? provider
}

async function readNewAccount(world: CliWorld, options: AddOptions, type: string): Promise<NewAccount> {
  if (options.sessionEnv !== undefined && type !== 'cursor')
    throw new CliError('--session-env: only accounts of cursor have such a session', EXIT.wrongUse)
  const { provider, name, email, mobile, priority, weight } = options
  return {
    provider,
    ...(name === undefined ? {} : { name }),
    ...(priority === undefined ? {} : { priority }),
    ...(weight === undefined ? {} : { weight }),
    ...(email === undefined ? {} : { email }),
    ...(mobile === undefined ? {} : { mobile }),
    ...(options.sessionEnv === undefined ? {} : { token: readVariable(world, options.sessionEnv) }),
    ...(await readSecret(world, options, type)),
  }
}

/** Arguments show in the process list, so a secret comes from a pipe, a hidden prompt or a named variable. */
async function readSecret(
  world: CliWorld,
  { apiKeyEnv, email, mobile, token }: AddOptions,
  type: string,
): Promise<Pick<NewAccount, 'apiKey' | 'token' | 'password'>> {
  if (type === 'cursor' && (token === true || email !== undefined || mobile !== undefined))
    throw new CliError('an account of cursor needs its API key', EXIT.wrongUse)
  if (apiKeyEnv !== undefined) return { apiKey: readVariable(world, apiKeyEnv) }
  if (email !== undefined || mobile !== undefined) return { password: await askSecret(world, 'Password') }
  if (token === true || type === 'deepseek-web') return { token: await askSecret(world, 'Token') }
  return { apiKey: await askSecret(world, 'API key') }
}

function readVariable({ env }: CliWorld, name: string): string {
  const value = env[name]
  if (value === undefined || value === '') throw new CliError(`${name} is not set`, EXIT.wrongUse)
  return value
}

async function findAccount(client: ControlClient, wanted: string): Promise<string> {
  const all = await client.accounts.list()
  const found = all.filter(({ id, name }) => id === wanted || name === wanted)
  if (found.length > 1) {
    throw new CliError(
      `several accounts are named ${wanted}: say ${found.map(({ id }) => id).join(' or ')}`,
      EXIT.wrongUse,
    )
  }
  return found[0]?.id ?? wanted
}

function asNumber(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('a number is needed')
  return number
}

function formatAccounts(accounts: readonly Account[]): string {
  return formatTable(
    ['id', 'provider', 'name', 'health', 'credential', 'why'],
    accounts.map(({ id, provider, name, health, credentialHint, healthReason }) => [
      id,
      provider,
      name,
      health,
      credentialHint === null ? '…' : `…${credentialHint}`,
      healthReason ?? '',
    ]),
  )
}
