import { readFileSync } from 'node:fs'

const LOCKFILES = ['package-lock.json', 'test/clients/package-lock.json', 'bench/peers/package-lock.json']

/** A lockfile's entry, as far as it is read here. */
type Locked = {
  readonly version?: string
  readonly resolved?: string
  readonly optionalDependencies?: Record<string, string>
}

/**
 * What is wrong with a lockfile: platform packages that it names but does not hold (a registry may lack some, and then
 * `npm ci` fails elsewhere), and addresses of a registry.
 */
export function findLockProblems(packages: Readonly<Record<string, Locked>>): string[] {
  const problems: string[] = []
  for (const [place, locked] of Object.entries(packages)) {
    if (locked.resolved?.startsWith('http')) problems.push(`${place} names a registry`)
    for (const name of Object.keys(locked.optionalDependencies ?? {}))
      if (!isHeld(packages, place, name))
        problems.push(`${place}@${locked.version} names ${name}, which the lock does not hold`)
  }
  return problems
}

/** npm looks for a package in the folder itself and then in each folder above it. */
function isHeld(packages: Readonly<Record<string, Locked>>, place: string, name: string): boolean {
  for (
    let base = place;
    ;
    base = base.includes('/node_modules/') ? base.slice(0, base.lastIndexOf('/node_modules/')) : ''
  ) {
    if (packages[`${base === '' ? '' : `${base}/`}node_modules/${name}`] !== undefined) return true
    if (base === '') return false
  }
}

if (process.argv[1] === import.meta.filename) {
  const files = process.argv.length > 2 ? process.argv.slice(2) : LOCKFILES
  const problems = files.flatMap((file) =>
    findLockProblems(JSON.parse(readFileSync(file, 'utf8')).packages).map((problem) => `${file}: ${problem}`),
  )
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
