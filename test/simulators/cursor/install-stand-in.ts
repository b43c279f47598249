import { readFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SeenRun, StandInSetUp } from './stand-in.ts'

export type InstalledStandIn = {
  /** The executable, for the option `cliPath`. */
  readonly cliPath: string
  /** The folder of the SDK, for the option `sdkPath`. */
  readonly sdkPath: string
  /** The runs so far, in their order. */
  runs(): readonly SeenRun[]
}

/** Puts a stand-in `cursor-agent` and a stand-in `@cursor/sdk` into a folder. */
export async function installStandIn(
  folder: string,
  given: Omit<StandInSetUp, 'records'> = {},
): Promise<InstalledStandIn> {
  const setUp: StandInSetUp = { ...given, records: join(folder, 'runs.jsonl') }
  const cliPath = join(folder, 'cursor-agent')
  const sdkPath = join(folder, 'project')
  await mkdir(folder, { recursive: true })
  await writeFile(setUp.records, '')
  await writeFile(cliPath, agentScript(setUp))
  await chmod(cliPath, 0o755)
  const packageFolder = join(sdkPath, 'node_modules', '@cursor', 'sdk')
  await mkdir(join(packageFolder, 'dist'), { recursive: true })
  await writeFile(
    join(packageFolder, 'package.json'),
    JSON.stringify({
      name: '@cursor/sdk',
      version: '0.0.0-stand-in',
      type: 'module',
      exports: { '.': { types: './dist/index.d.ts', import: './dist/index.js' } },
    }),
  )
  await writeFile(join(packageFolder, 'dist', 'index.js'), sdkModule(setUp))
  return {
    cliPath,
    sdkPath,
    runs() {
      const lines = readFileSync(setUp.records, 'utf8').split('\n')
      return lines.filter((line) => line !== '').map((line): SeenRun => JSON.parse(line))
    },
  }
}

function agentScript(setUp: StandInSetUp): string {
  const quoted = JSON.stringify(setUp).replaceAll("'", `'\\''`)
  const script = join(import.meta.dirname, 'stand-in-agent.ts')
  return `#!/bin/sh\nCURSOR_STAND_IN='${quoted}' exec '${process.execPath}' '${script}' "$@"\n`
}

function sdkModule(setUp: StandInSetUp): string {
  const url = pathToFileURL(join(import.meta.dirname, 'stand-in-sdk.ts')).href
  return [
    `import { createStandInSdk } from ${JSON.stringify(url)}`,
    `export const { Agent, Cursor, JsonlLocalAgentStore } = createStandInSdk(${JSON.stringify(setUp)})`,
    '',
  ].join('\n')
}
