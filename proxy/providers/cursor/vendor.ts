/**
 * Everything about Cursor that its vendor may change, in one table (facts gathered until 2026-11; none was confirmed by
 * a call of ours). What a user may have to change before the next Portside is in `options` of the provider.
 */
export const VENDOR = {
  /** The public API that takes the user's own key. */
  apiUrl: 'https://api.cursor.com',
  paths: { me: '/v1/me', models: '/v1/models' },
  /** Account and usage pages, for the session cookie alone. No path of a chat is in this table, and none may be. */
  webUrl: 'https://cursor.com',
  webPaths: { me: '/api/auth/me', usage: '/api/usage-summary' },
  cookieName: 'WorkosCursorSessionToken',
  /** Names of the command line. The newer `agent` is a name of too many other programs to be looked for. */
  commands: ['cursor-agent'],
  sdkPackage: '@cursor/sdk',
  /** Names the account's own default; there whether or not a list of models can be had. */
  defaultModel: 'auto',
  keyPage: 'https://cursor.com/dashboard/integrations',
  installPage: 'https://cursor.com/cli',
} as const

/** What each run is allowed. */
export const LIMITS = {
  /** Runs of all accounts at a time: each is a process of some hundred megabytes. */
  runs: 4,
  runMs: 300_000,
  /** A longer prompt fits no model that Cursor has. */
  promptBytes: 8_388_608,
  stderrBytes: 65_536,
} as const

/** Times of this provider's own, in milliseconds. */
export const TIMES = {
  /** A call of the public API or of an account page. */
  call: 15_000,
  /** A list of models from the command line. */
  list: 20_000,
  /** Between asking a process to end and ending it. */
  killGrace: 2_000,
  /** How long a look for the command line or the SDK stands. */
  lookUp: 5_000,
} as const
