import { z } from 'zod'

const webPath = z
  .string()
  .regex(/^\/[\w/.-]{1,200}$/)
  .optional()

/** What the provider type `deepseek-web` lets be changed, should the vendor's web client change before Portside does. */
export const deepseekWebOptions = z.strictObject({
  /** The version of the web client whose protocol is followed, as that client announces it. */
  clientVersion: z
    .string()
    .regex(/^[\w.-]{1,40}$/)
    .optional(),
  /** `single` deletes the conversation of a request behind its answer; `none` leaves it in the account's history. */
  deleteSessions: z.enum(['single', 'none']).optional(),
  /** Requests of one account at a time. */
  inFlight: z.number().int().positive().optional(),
  /** Between the starts of two requests of one account. */
  betweenStartsMs: z.number().int().nonnegative().optional(),
  /** Longest prompt in characters, by model type. */
  inputCharacters: z.record(z.string().regex(/^[\w-]{1,40}$/), z.number().int().positive()).optional(),
  /** Paths of the web's API that have moved. */
  paths: z
    .strictObject({
      login: webPath,
      currentUser: webPath,
      createSession: webPath,
      deleteSession: webPath,
      createChallenge: webPath,
      completion: webPath,
      continue: webPath,
      stopStream: webPath,
      uploadFile: webPath,
      fetchFiles: webPath,
      forkFile: webPath,
    })
    .optional(),
  /** More models by name: the web's own type of model, and whether it thinks where a request wishes nothing. */
  models: z
    .record(
      z.string().regex(/^[\w.-]{1,80}$/),
      z.strictObject({ modelType: z.string().regex(/^[\w-]{1,40}$/), thinking: z.boolean() }),
    )
    .optional(),
})

const filePath = z.string().min(1).max(4096).optional()

/** What the provider type `cursor` lets be changed. */
export const cursorOptions = z.strictObject({
  /** Which of Cursor's own programs is used; `auto` takes the command line where it is installed, else the SDK. */
  runner: z.enum(['auto', 'cli', 'sdk']).optional(),
  /** Where `cursor-agent` is, if not on the PATH. */
  cliPath: filePath,
  /** The folder in which `npm install @cursor/sdk` was called, if not among the global packages. */
  sdkPath: filePath,
  /** Runs of all accounts at a time. */
  runs: z.number().int().positive().optional(),
  /** How long one run may take. */
  runLimitMs: z.number().int().positive().optional(),
  /** Where Cursor's account pages are. */
  webUrl: z.url({ protocol: /^https?$/ }).optional(),
})
