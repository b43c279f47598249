import type { Row } from './row.ts'
import { CLIENT_ROWS } from './scenarios/clients.ts'
import { CREDENTIAL_ROWS } from './scenarios/credentials.ts'
import { LIFE_ROWS } from './scenarios/life.ts'
import { QUEUE_ROWS } from './scenarios/queue.ts'
import { REACH_ROWS } from './scenarios/reach.ts'
import { UPSTREAM_ROWS } from './upstream-rows.ts'

/** The fault matrix: every row, in the order of its number. */
export const ROWS: readonly Row[] = [
  ...REACH_ROWS,
  ...UPSTREAM_ROWS,
  ...QUEUE_ROWS,
  ...CREDENTIAL_ROWS,
  ...CLIENT_ROWS,
  ...LIFE_ROWS,
].sort((one, other) => one.number - other.number)
