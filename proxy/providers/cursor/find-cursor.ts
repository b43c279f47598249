import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isJsonObject, type JsonValue } from '../../chat/json.ts'
import { parseJson, pickText } from '../../chat/pick-fields.ts'
import type { Clock } from '../../clock.ts'
import type { CursorOptions } from './options.ts'
import { TIMES, VENDOR } from './vendor.ts'

/** What of Cursor's is installed here and is to be used. */
export type Found =
  | { readonly kind: 'cli'; readonly file: string }
  | { readonly kind: 'sdk'; readonly url: string }

/** Looks for the command line and the SDK; a look stands for some seconds, so that an installation is soon noticed. */
export function createFinder(options: CursorOptions, clock: Clock): () => Found | undefined {
  let last: { readonly at: number; readonly found: Found | undefined } | undefined
  return () => {
    if (last === undefined || clock.monotonic() - last.at > TIMES.lookUp)
      last = { at: clock.monotonic(), found: find(options) }
    return last.found
  }
}

/** What to do where there is neither, in one sentence. */
export function sayNotInstalled(options: CursorOptions): string {
  const cli = `install Cursor's command line (${VENDOR.installPage})`
  const sdk = `npm install -g ${VENDOR.sdkPackage}`
  const given = [options.cliPath, options.sdkPath].filter((path) => path !== undefined)
  const where = given.length === 0 ? '' : `, also not at ${given.join(' or ')}`
  if (options.runner === 'cli') return `Cursor's command line is not installed here${where}: ${cli}`
  if (options.runner === 'sdk') return `Cursor's SDK is not installed here${where}: ${sdk}`
  return `Neither Cursor's command line nor its SDK is installed here${where}: ${cli}, or ${sdk}`
}

function find(options: CursorOptions): Found | undefined {
  const file = options.runner === 'sdk' ? undefined : findCommand(options.cliPath)
  if (file !== undefined) return { kind: 'cli', file }
  const url = options.runner === 'cli' ? undefined : findSdk(options.sdkPath)
  return url === undefined ? undefined : { kind: 'sdk', url }
}

function findCommand(given: string | undefined): string | undefined {
  if (given !== undefined) return isExecutable(given) ? resolve(given) : undefined
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  // A desktop app is often started without the PATH of the user's shell; the installer's own place is looked at too.
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(homedir(), '.local', 'bin')]
  return folders
    .filter((folder) => folder !== '')
    .flatMap((folder) =>
      VENDOR.commands.flatMap((name) => endings.map((ending) => join(folder, name + ending))),
    )
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    // Not there, or not ours to run: both mean that it is not the one.
    return false
  }
}

function findSdk(given: string | undefined): string | undefined {
  const folders =
    given === undefined ? globalFolders() : [given, join(given, 'node_modules', VENDOR.sdkPackage)]
  for (const folder of folders) {
    const url = readEntry(folder)
    if (url !== undefined) return url
  }
  return undefined
}

/** Where `npm install -g` puts packages, beside the Node that runs. */
function globalFolders(): string[] {
  const bin = dirname(process.execPath)
  return [join(bin, '..', 'lib'), bin, join(homedir(), '.npm-global', 'lib')].map((folder) =>
    join(folder, 'node_modules', VENDOR.sdkPackage),
  )
}

/** The module that a package's manifest names for `import`; undefined where the folder holds no such package. */
function readEntry(folder: string): string | undefined {
  try {
    const manifest: unknown = parseJson(readFileSync(join(folder, 'package.json'), 'utf8'))
    if (!isJsonObject(manifest) || manifest.name !== VENDOR.sdkPackage) return undefined
    const main = entryIn(manifest.exports) ?? pickText(manifest, 'module') ?? pickText(manifest, 'main')
    return pathToFileURL(resolve(folder, main ?? 'index.js')).href
  } catch {
    // No such folder: the package is not installed there.
    return undefined
  }
}

const CONDITIONS = ['.', 'node', 'import', 'default'] as const

function entryIn(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (!isJsonObject(value)) return undefined
  for (const condition of CONDITIONS) {
    const found = entryIn(value[condition])
    if (found !== undefined) return found
  }
  return undefined
}
