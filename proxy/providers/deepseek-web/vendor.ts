/**
 * Everything that DeepSeek's web client is known to change, in one table (facts gathered until 2026-09; none was
 * confirmed by a call of ours). What a user may have to change before the next Portside is in `options` of the provider.
 */
export const VENDOR = {
  baseUrl: 'https://chat.deepseek.com',
  /** What the web client says of itself. Too old a version is refused with code 40005, last on 2026-04-08. */
  platform: 'web',
  clientVersion: '2.0.2',
  locale: 'en-US',
  bundleId: 'com.deepseek.chat',
  paths: {
    login: '/api/v0/users/login',
    currentUser: '/api/v0/users/current',
    createSession: '/api/v0/chat_session/create',
    deleteSession: '/api/v0/chat_session/delete',
    createChallenge: '/api/v0/chat/create_pow_challenge',
    completion: '/api/v0/chat/completion',
    continue: '/api/v0/chat/continue',
    stopStream: '/api/v0/chat/stop_stream',
    uploadFile: '/api/v0/file/upload_file',
    fetchFiles: '/api/v0/file/fetch_files',
    forkFile: '/api/v0/file/fork_file_task',
  },
  /** Longest prompt in characters, by model type. */
  inputCharacters: { default: 2_621_440, expert: 163_840, vision: 2_621_440 },
  /** Rounds of `continue` after an answer that stopped for its length. */
  continueRounds: 8,
  /** Files of one request. */
  files: 20,
} as const

export type Endpoint = keyof typeof VENDOR.paths
export type Paths = Readonly<Record<Endpoint, string>>

/** What a public name stands for: the web's own type of model, and whether it thinks where a request wishes nothing. */
export type VendorModel = { readonly modelType: string; readonly thinking: boolean }

/** The names of both eras. Of the older two one thinks and one does not; the newer ones think unless told otherwise. */
export const MODELS: Readonly<Record<string, VendorModel>> = {
  'deepseek-chat': { modelType: 'default', thinking: false },
  'deepseek-reasoner': { modelType: 'default', thinking: true },
  'deepseek-v4-flash': { modelType: 'default', thinking: true },
  'deepseek-v4-pro': { modelType: 'expert', thinking: true },
  'deepseek-v4-vision': { modelType: 'vision', thinking: true },
}

/** Of these there is a second name that does not think, so that no third one is needed. */
export const PAIRED_MODELS: ReadonlySet<string> = new Set(['deepseek-chat', 'deepseek-reasoner'])

/** Times of this provider's own, in milliseconds. */
export const TIMES = {
  /** A call that answers with one piece of JSON. */
  call: 30_000,
  /** How long a token that was checked is taken to work. */
  tokenChecked: 3_600_000,
  /** How long a refused sign-in is not tried again with the same credential. */
  signInRefused: 60_000,
  signIn: 30_000,
  powLimit: 60_000,
  /** Stopping and deleting after an answer. */
  cleanUp: 10_000,
  /** After the end of an answer: the title and late citations. */
  afterEnd: 2_000,
  filePoll: 1_000,
  fileLimit: 60_000,
  /** A mute that names no end. */
  mute: 86_400_000,
} as const

/** Between two requests of one account: many at once, and quick rows of them, are what accounts are muted for. */
export const PACING = { inFlight: 1, betweenStartsMs: 2_500 } as const
