import { type Command, Option } from 'commander'
import { newProvider } from '../../contract/model.ts'
import { CliError, type CliWorld, EXIT } from './cli-world.ts'
import { type CommonOptions, createContext, withCommonOptions, withControl } from './command-context.ts'
import { formatTable } from './print-table.ts'

type AddOptions = CommonOptions & {
  readonly type: string
  readonly baseUrl: string
  readonly model?: string[]
  readonly bridge?: true
  readonly privateNetwork?: true
}

const TYPES = newProvider.shape.type.options

export function addProviderCommands(program: Command, world: CliWorld): void {
  const providers = program.command('providers').description('where models are')

  withCommonOptions(providers.command('list').description('all providers')).action(
    async (options: CommonOptions) => {
      const context = createContext(world, options)
      const all = await withControl(context, (client) => client.providers.list())
      const rows = all.map(({ id, type, baseUrl, accounts, models }) => [
        id,
        type,
        baseUrl,
        accounts,
        models.length,
      ])
      context.show(all, formatTable(['id', 'type', 'base URL', 'accounts', 'models'], rows))
    },
  )

  withCommonOptions(providers.command('add').description('add a server of your own'))
    .argument('<id>', 'what it is called in model names and paths')
    .addOption(new Option('--type <type>', 'the API that it speaks').choices(TYPES).makeOptionMandatory())
    .requiredOption('--base-url <url>', 'its address')
    .option('--model <id...>', 'its models; left out, it is asked for them')
    .option('--bridge', 'lend tool calling to models that have none')
    .option('--private-network', 'the address is on this machine or network')
    .action(async (id: string, options: AddOptions) => {
      const context = createContext(world, options)
      const wanted = newProvider.safeParse({
        id,
        type: options.type,
        baseUrl: options.baseUrl,
        models: options.model ?? [],
        toolMode: options.bridge === true ? 'bridge' : 'native',
        privateNetwork: options.privateNetwork === true,
      })
      if (!wanted.success) {
        const faults = wanted.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
        throw new CliError(faults.join('\n'), EXIT.wrongUse)
      }
      const added = await withControl(context, (client) => client.providers.add(wanted.data))
      context.show(added, `Added ${added.id}.\n`)
    })

  withCommonOptions(providers.command('remove').description('forget a provider without accounts'))
    .argument('<id>', 'as in `providers list`')
    .action(async (id: string, options: CommonOptions) => {
      const context = createContext(world, options)
      context.show(
        await withControl(context, (client) => client.providers.remove({ id })),
        `Removed ${id}.\n`,
      )
    })
}
