import type { Command } from 'commander'
import type { CliWorld } from './cli-world.ts'
import { defaultHome } from './default-home.ts'
import { type ControlClient, type OpenControl, openControl, type Place } from './open-control.ts'

export type CommonOptions = { readonly home?: string; readonly config?: string; readonly json?: true }

export type CommandContext = {
  readonly world: CliWorld
  readonly isJson: boolean
  readonly place: Place
  /** Prints the result: as JSON where it was asked for, else as text. */
  show(value: unknown, text: string): void
}

export function createContext(world: CliWorld, options: CommonOptions): CommandContext {
  const isJson = options.json === true
  return {
    world,
    isJson,
    place: { home: options.home ?? defaultHome(world), config: options.config },
    show: (value, text) => world.write(isJson ? `${JSON.stringify(value, null, 2)}\n` : text),
  }
}

/** Adds the options that every command has. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--home <dir>', 'the data folder')
    .option('--config <file>', 'the configuration file')
    .option('--json', 'print the result as JSON')
}

/** Runs work against the control plane and closes it afterwards. */
export async function withControl<T>(
  { world, place }: CommandContext,
  work: (client: ControlClient, control: OpenControl) => Promise<T>,
): Promise<T> {
  const control = await openControl(world, place)
  try {
    return await work(control.client, control)
  } finally {
    await control.close()
  }
}
