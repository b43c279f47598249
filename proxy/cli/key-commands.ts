import type { Command } from 'commander'
import type { LocalKey } from '../../contract/local-key.ts'
import type { CliWorld } from './cli-world.ts'
import { type CommonOptions, createContext, withCommonOptions, withControl } from './command-context.ts'
import { formatTable } from './print-table.ts'

type AddOptions = CommonOptions & { readonly model?: string[] }

export function addKeyCommands(program: Command, world: CliWorld): void {
  const keys = program.command('keys').description('local keys, which clients send to Portside')

  withCommonOptions(keys.command('list').description('all keys, masked')).action(
    async (options: CommonOptions) => {
      const context = createContext(world, options)
      const all = await withControl(context, (client) => client.keys.list())
      context.show(all, all.length === 0 ? 'There are no keys.\n' : formatKeys(all))
    },
  )

  withCommonOptions(keys.command('add').description('make a key; its text is shown this once'))
    .argument('<name>', 'what it is for')
    .option('--model <pattern...>', 'models that it may use, such as gpt-*')
    .action(async (name: string, options: AddOptions) => {
      const context = createContext(world, options)
      const models = options.model === undefined ? {} : { models: options.model }
      const made = await withControl(context, (client) => client.keys.add({ name, ...models }))
      context.show(made, `${made.secret}\n`)
      if (!context.isJson) world.remark('Keep it: it is not shown again.\n')
    })

  withCommonOptions(keys.command('remove').description('take a key back'))
    .argument('<id>', 'as in `keys list`')
    .action(async (id: string, options: CommonOptions) => {
      const context = createContext(world, options)
      context.show(await withControl(context, (client) => client.keys.remove({ id })), `Removed ${id}.\n`)
    })
}

function formatKeys(keys: readonly LocalKey[]): string {
  return formatTable(
    ['id', 'name', 'key', 'models', 'last used', ''],
    keys.map(({ id, name, masked, models, lastUsedAt, isWeak }) => [
      id,
      name,
      masked,
      models.join(' '),
      lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
      isWeak ? 'weak: replace it' : '',
    ]),
  )
}
