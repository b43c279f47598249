import { ORPCError } from '@orpc/client'
import { Command, CommanderError } from 'commander'
import { addAccountCommands } from './account-commands.ts'
import { CliError, type CliWorld, EXIT } from './cli-world.ts'
import { addConfigCommands } from './config-commands.ts'
import { addKeyCommands } from './key-commands.ts'
import { addProviderCommands } from './provider-commands.ts'
import { addServeCommand } from './serve-command.ts'
import { addWatchCommands } from './watch-commands.ts'

/** Runs one command line. The answer is the exit code: 0 done, 1 failed, 2 wrong use, 3 port taken. */
export async function runCli(args: readonly string[], world: CliWorld): Promise<number> {
  try {
    await createProgram(world).parseAsync([...args], { from: 'user' })
    return EXIT.done
  } catch (error) {
    return tellError(error, world)
  }
}

function createProgram(world: CliWorld): Command {
  const program = new Command('portside')
    .description('One local address for every model account you own.')
    .version(world.version)
    .configureOutput({ writeOut: world.write, writeErr: world.remark })
    .exitOverride()
    .showHelpAfterError('(portside --help tells what there is)')
  addServeCommand(program, world)
  addKeyCommands(program, world)
  addAccountCommands(program, world)
  addProviderCommands(program, world)
  addWatchCommands(program, world)
  addConfigCommands(program, world)
  return program
}

function tellError(error: unknown, world: CliWorld): number {
  if (error instanceof CommanderError) {
    // Help and version were printed, and faults too, by commander itself.
    return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse
  }
  const message = error instanceof Error ? error.message : String(error)
  if (message !== '') world.remark(`${message}\n`)
  if (error instanceof CliError) return error.code
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') return EXIT.wrongUse
  return EXIT.failed
}
