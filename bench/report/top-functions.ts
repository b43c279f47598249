import type { ProfileRow } from './profiles.ts'

export type CallFrame = {
  readonly functionName: string
  readonly url: string
  /** Counted from 0. */
  readonly lineNumber: number
  readonly columnNumber: number
}

/** What V8 writes under `--cpu-prof`, as far as it is read here. */
export type CpuProfile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[]
  /** The node of each sample, and the microseconds since the one before. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export type TopOptions = {
  readonly count: number
  /** What the profile holds of the first milliseconds is left out. */
  readonly afterMs: number
  /** Says which file a function of a built file was written in. */
  sourceAt(frame: CallFrame): string | undefined
}

/** The functions with the most time in themselves, as shares of the time in which the thread did something. */
export function topFunctions(profile: CpuProfile, { count, afterMs, sourceAt }: TopOptions): ProfileRow[] {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const spent = new Map<string, { readonly frame: CallFrame; time: number }>()
  let now = 0
  let busy = 0
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id)
    const time = profile.timeDeltas[index] ?? 0
    now += time
    if (now < afterMs * 1000 || frame === undefined || frame.functionName === '(idle)') continue
    busy += time
    const key = `${frame.functionName} ${frame.url} ${frame.lineNumber} ${frame.columnNumber}`
    const entry = spent.get(key) ?? { frame, time: 0 }
    entry.time += time
    spent.set(key, entry)
  }
  return [...spent.values()]
    .sort((a, b) => b.time - a.time)
    .slice(0, count)
    .map(({ frame, time }) => ({
      name: frame.functionName === '' ? '(anonymous)' : frame.functionName,
      place: sourceAt(frame) ?? (frame.url === '' ? 'Node or V8' : frame.url),
      self: Number((time / busy).toFixed(4)),
    }))
}
