import { type Command, InvalidArgumentError } from 'commander'
import type { ProxyStatus } from '../../contract/status.ts'
import { loadSealKey } from '../settings/seal-key.ts'
import { CliError, type CliWorld, EXIT } from './cli-world.ts'
import { defaultHome } from './default-home.ts'
import type { CliProxy } from './proxy-door.ts'

type ServeOptions = {
  readonly config?: string
  readonly home?: string
  readonly host?: string
  readonly port?: number
  readonly ui?: true
  readonly open?: true
  readonly json?: true
}

export function addServeCommand(program: Command, world: CliWorld): void {
  program
    .command('serve')
    .description('run the proxy without a desktop')
    .option('--config <file>', 'the configuration file')
    .option('--home <dir>', 'the data folder')
    .option('--host <host>', 'the address to listen on')
    .option('--port <number>', 'the port to listen on; 0 takes any free one', asPort)
    .option('--ui', 'serve the pages under /ui/')
    .option('--open', 'serve the pages and open them')
    .option('--json', 'print where it runs as one JSON object')
    .action((options: ServeOptions) => serve(world, options))
}

async function serve(world: CliWorld, options: ServeOptions): Promise<void> {
  const home = options.home ?? defaultHome(world)
  const hasPages = options.ui === true || options.open === true
  const proxy = await world.createProxy({
    home,
    mode: 'headless',
    env: world.env,
    flags: { config: options.config, host: options.host, port: options.port },
    sealKey: await loadSealKey({ home, env: world.env }),
    version: world.version,
    uiDirectory: hasPages ? world.uiDirectory : null,
  })
  try {
    const status = await startOrTell(proxy)
    announce(world, options, proxy, status)
    await untilStopped(world, proxy)
  } finally {
    await proxy.close()
  }
}

async function startOrTell(proxy: CliProxy): Promise<ProxyStatus> {
  try {
    return await proxy.start()
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'port-in-use'
    const message = error instanceof Error ? error.message : String(error)
    throw new CliError(message, isTaken ? EXIT.portTaken : EXIT.failed)
  }
}

function announce(world: CliWorld, options: ServeOptions, proxy: CliProxy, status: ProxyStatus): void {
  const origin = status.baseUrls.anthropic.replace(/\/$/, '')
  const hasPages = options.ui === true || options.open === true
  const ui = hasPages ? `${origin}/ui/` : null
  const { firstKey, adminKey } = proxy
  if (options.json === true) world.write(`${JSON.stringify({ status, firstKey, adminKey, ui })}\n`)
  else world.write(describe(proxy, status, { origin, ui }))
  if (options.open !== true || ui === null) return
  const ticket = proxy.makeTicket?.()
  world.openBrowser(ticket === undefined ? ui : `${ui}#ticket=${ticket}`)
}

function describe(
  { firstKey, adminKey }: CliProxy,
  { baseUrls, problem, home }: ProxyStatus,
  { origin, ui }: { readonly origin: string; readonly ui: string | null },
): string {
  const key = firstKey ?? '$PORTSIDE_KEY'
  const lines = [
    `Portside runs at ${origin}`,
    ...(problem === null ? [] : [`But: ${problem}`]),
    '',
    `  OpenAI clients     ${baseUrls.openai}`,
    `  Anthropic clients  ${baseUrls.anthropic}`,
    ...(ui === null ? [] : [`  Pages              ${ui}`]),
    '',
    firstKey === null
      ? `The keys are in ${home} as hashes; \`portside keys add NAME\` makes a new one.`
      : `A first key was made. It is shown this once: ${firstKey}`,
    ...(adminKey === null ? [] : [`The pages ask for the admin key. It is shown this once: ${adminKey}`]),
    '',
    'Try it:',
    `  curl ${baseUrls.openai}/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\`,
    `    -d '{"model":"demo","messages":[{"role":"user","content":"Hello"}]}'`,
  ]
  return `${lines.join('\n')}\n`
}

/** The first signal drains; the second does not wait. */
function untilStopped(world: CliWorld, proxy: CliProxy): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false
    const release = world.onStopSignal(() => {
      if (isStopping) return world.exitNow(EXIT.failed)
      isStopping = true
      world.remark('Finishing what is under way; once more ends at once.\n')
      void proxy
        .stop()
        .then(resolve, reject)
        .finally(() => release())
    })
  })
}

function asPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535')
  return port
}
