import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { createConfigSchema } from '../settings/config-schema.ts'
import { checkInvariants } from '../settings/invariants.ts'
import { parseSettingsText } from '../settings/parse-settings.ts'
import { SettingsError } from '../settings/settings-error.ts'
import { CliError, type CliWorld } from './cli-world.ts'

type CheckOptions = { readonly json?: true }

export function addConfigCommands(program: Command, world: CliWorld): void {
  const config = program.command('config').description('the configuration file')

  config
    .command('check')
    .description('say everything that is wrong with a file')
    .argument('<file>')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, { json }: CheckOptions) => {
      const problems = await findProblems(file)
      if (json === true)
        world.write(`${JSON.stringify({ valid: problems.length === 0, problems }, null, 2)}\n`)
      else if (problems.length === 0) world.write(`${file} is fine.\n`)
      if (problems.length > 0) throw new CliError(json === true ? '' : problems.join('\n'))
    })

  config
    .command('schema')
    .description('the JSON Schema of the file, for an editor')
    .option('--json', 'it is JSON in any case')
    .action(() => world.write(`${JSON.stringify(createConfigSchema(), null, 2)}\n`))
}

/** A file that only breaks an invariant would start on the safe side, but not as it says: that is a problem too. */
async function findProblems(file: string): Promise<readonly string[]> {
  try {
    const settings = parseSettingsText(await readFile(file, 'utf8'), file)
    return checkInvariants(settings).map(
      ({ switches, message, rule }) => `${switches.join(' + ')}: ${message} (${rule})`,
    )
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw new CliError(`${file} cannot be read`)
  }
}
