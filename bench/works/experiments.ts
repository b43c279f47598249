import type { Experiment } from './experiment.ts'
import { FIRST_BYTE } from './first-byte.ts'
import { IDLE_CONNECTIONS, START_UP } from './idle.ts'
import { LOCKED_LOG } from './locked-log.ts'
import { MEMORY } from './memory.ts'
import { PACED_STREAMS } from './paced.ts'
import { throughputOf } from './throughput.ts'
import { WORKS } from './works.ts'

/** Everything that is measured, in its order. */
export const EXPERIMENTS: readonly Experiment[] = [
  ...WORKS.map(throughputOf),
  ...FIRST_BYTE,
  ...PACED_STREAMS,
  LOCKED_LOG,
  ...IDLE_CONNECTIONS,
  START_UP,
  MEMORY,
]
