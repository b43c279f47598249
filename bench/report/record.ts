import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { GATEWAYS, type GatewayId } from '../targets/gateways.ts'
import type { Gateway } from '../targets/target.ts'
import type { Failure, Samples } from '../works/results.ts'

/** A whole run as it is kept in docs/performance.json; docs/performance.md is written from it. */
export type BenchRecord = {
  /** ISO 8601, to the minute. */
  readonly date: string
  readonly seconds: number
  readonly rounds: number
  readonly turnMs: number
  /** In how many turns the time of a round is taken where turns may be short; absent where that was one. */
  readonly shortTurns?: number
  readonly warmMs: number
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGigabytes: number
    readonly kernel: string
    readonly system: string
    readonly isPinned: boolean
  }
  readonly node: string
  readonly commit: string
  readonly versions: Readonly<Record<string, string>>
  /** Gateways that are not installed. */
  readonly leftOut: readonly string[]
  readonly failures: readonly Failure[]
  readonly samples: Samples
}

export function describeMachine(isPinned: boolean): BenchRecord['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    kernel: release(),
    system: /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux',
    isPinned,
  }
}

export function describeVersions(): Pick<BenchRecord, 'versions' | 'leftOut'> {
  const gateways = (Object.keys(GATEWAYS) as GatewayId[]).map((id) => ({
    id,
    version: (GATEWAYS[id] as Gateway).version(),
  }))
  return {
    versions: Object.fromEntries(
      gateways.flatMap(({ id, version }) => (version === undefined ? [] : [[id, version]])),
    ),
    leftOut: gateways.flatMap(({ id, version }) => (version === undefined ? [id] : [])),
  }
}

/** The commit that was measured; with a plus sign where files had been changed since. */
export function describeCommit(): string {
  const git = (...args: string[]) => String(spawnSync('git', args).stdout ?? '').trim()
  const isChanged = git('status', '--porcelain', '--', 'proxy', 'contract') !== ''
  return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '+' : ''}`
}

/** Four significant digits are more than the measurements bear. */
export function roundSamples(samples: Samples): Samples {
  return JSON.parse(
    JSON.stringify(samples, (_key, value: unknown) =>
      typeof value === 'number' ? Number(value.toPrecision(4)) : value,
    ),
  )
}
