import type { AttemptRecord, LogBodies, LogEntry } from '../../contract/log-entry.ts'
import { sampleEntry } from '../../renderer/src/requests/sample-entry.ts'

type Traffic = Pick<
  LogEntry,
  'client' | 'keyName' | 'protocol' | 'path' | 'modelIn' | 'modelOut' | 'provider' | 'accountName'
>

const claudeCode = {
  client: 'claude-cli',
  keyName: 'Claude Code',
  protocol: 'anthropic-messages',
  path: '/v1/messages',
}
const codex = { client: 'codex', keyName: 'Codex', protocol: 'openai-responses', path: '/v1/responses' }
const cline = { client: 'Cline', keyName: 'VS Code', protocol: 'openai-chat', path: '/v1/chat/completions' }
const gemini = {
  client: 'gemini-cli',
  keyName: 'Gemini CLI',
  protocol: 'gemini',
  path: '/v1beta/models/gemini-2.5-pro:streamGenerateContent',
}

const TRAFFIC: readonly Traffic[] = [
  {
    ...claudeCode,
    modelIn: 'claude-sonnet-4-5',
    modelOut: 'claude-sonnet-4-5',
    provider: 'anthropic',
    accountName: 'work',
  },
  {
    ...claudeCode,
    modelIn: 'claude-haiku-4-5',
    modelOut: 'deepseek-chat',
    provider: 'deepseek',
    accountName: 'personal',
  },
  { ...codex, modelIn: 'gpt-5.2-codex', modelOut: 'gpt-5.2-codex', provider: 'openai', accountName: 'team' },
  {
    ...cline,
    modelIn: 'deepseek-reasoner',
    modelOut: 'deepseek-reasoner',
    provider: 'deepseek',
    accountName: 'personal',
  },
  {
    ...claudeCode,
    modelIn: 'claude-opus-4-5',
    modelOut: 'claude-opus-4-5',
    provider: 'anthropic',
    accountName: 'work',
  },
  {
    ...gemini,
    modelIn: 'gemini-2.5-pro',
    modelOut: 'gemini-2.5-pro',
    provider: 'gemini',
    accountName: 'studio',
  },
  { ...cline, modelIn: 'fast', modelOut: 'qwen3-coder:30b', provider: 'ollama', accountName: 'desk' },
]

/** The same figures on every run. */
function createDice(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
}

/** Requests as a busy afternoon makes them, newest last, ending at `endMs`. */
export function realisticLog(count: number, endMs: number): LogEntry[] {
  const roll = createDice(41)
  let startedAt = endMs
  return Array.from({ length: count }, (_, age) => {
    startedAt -= age === 0 ? 900 : 2_000 + roll(14_000)
    return entryOf({ roll, age, startedAt, sequence: count - age })
  }).reverse()
}

type Making = {
  readonly roll: (below: number) => number
  readonly age: number
  readonly startedAt: number
  readonly sequence: number
}

function entryOf({ roll, age, startedAt, sequence }: Making): LogEntry {
  const traffic = TRAFFIC[roll(TRAFFIC.length)] ?? TRAFFIC[0]!
  const firstByteMs = 280 + roll(1400)
  const outputTokens = 40 + roll(2400)
  const made = sampleEntry({
    ...traffic,
    id: `req_${(7_000_000 + sequence * 7919).toString(36)}`,
    sequence,
    startedAt,
    accountId: `acc_${traffic.accountName}`,
    passThrough: traffic.modelIn === traffic.modelOut,
    inputTokens: 900 + roll(64_000),
    outputTokens,
    cacheReadTokens: roll(3) === 0 ? 8_000 + roll(20_000) : null,
    firstByteMs,
    durationMs: firstByteMs + outputTokens * 11 + roll(900),
    requestBytes: 4_000 + roll(260_000),
    responseBytes: outputTokens * 62,
  })
  const attempts = [attemptOf(made)]
  if (age < 2)
    return { ...made, ...running(made, age === 1), attempts: [attemptOf(made, { durationMs: null })] }
  if (age === 4) return rateLimited(made)
  if (roll(23) === 0)
    return { ...made, attempts, state: 'cancelled', status: 499, finishReason: null, errorKind: 'cancelled' }
  if (roll(29) === 0) return unauthorized(made)
  return { ...made, attempts }
}

const running = (entry: LogEntry, hasBytes: boolean): Partial<LogEntry> => ({
  state: hasBytes ? 'streaming' : 'waiting',
  status: hasBytes ? 200 : null,
  finishReason: null,
  outputTokens: hasBytes ? 212 : null,
  firstByteMs: hasBytes ? entry.firstByteMs : null,
  durationMs: null,
  responseBytes: hasBytes ? 13_144 : 0,
})

function attemptOf(entry: LogEntry, more: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    number: 1,
    provider: entry.provider ?? 'anthropic',
    accountId: entry.accountId,
    accountName: entry.accountName,
    reason: 'It served this conversation before and has room for one more request.',
    startedAt: entry.startedAt + 4,
    firstByteMs: entry.firstByteMs,
    durationMs: entry.durationMs,
    status: entry.status,
    errorKind: null,
    errorMessage: null,
    responseBytes: entry.responseBytes,
    maybeBilled: false,
    ...more,
  }
}

function rateLimited(entry: LogEntry): LogEntry {
  const message =
    'This request would exceed your organization’s rate limit of 80,000 input tokens per minute.'
  const refused = {
    errorKind: 'rate-limited',
    errorMessage: message,
    status: 429,
    firstByteMs: 212,
    durationMs: 214,
  }
  const attempts = [
    attemptOf(entry, { ...refused, provider: 'anthropic', accountName: 'work', responseBytes: 318 }),
    attemptOf(entry, {
      ...refused,
      number: 2,
      provider: 'anthropic',
      accountName: 'personal',
      reason: 'The first account must rest for 41 s; this is the only other one with the model.',
      responseBytes: 318,
    }),
  ]
  return {
    ...entry,
    ...claudeCode,
    ...refused,
    modelIn: 'claude-sonnet-4-5',
    modelOut: 'claude-sonnet-4-5',
    provider: 'anthropic',
    accountName: 'personal',
    state: 'failed',
    durationMs: 436,
    finishReason: null,
    inputTokens: null,
    outputTokens: null,
    cacheReadTokens: null,
    responseBytes: 402,
    attempts,
  }
}

const unauthorized = (entry: LogEntry): LogEntry => ({
  ...entry,
  state: 'failed',
  status: 401,
  keyName: null,
  modelOut: null,
  provider: null,
  accountId: null,
  accountName: null,
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  firstByteMs: null,
  durationMs: 2,
  responseBytes: 163,
  finishReason: null,
  errorKind: 'unauthorized',
  errorMessage: 'No local key matches the one that was sent; it ends in …x7Qd.',
  denyReason: 'unknown key',
})

export const realisticBodies: LogBodies = {
  request: JSON.stringify({
    model: 'claude-sonnet-4-5',
    max_tokens: 32_000,
    stream: true,
    system: 'You are a coding assistant working in a TypeScript repository.',
    messages: [{ role: 'user', content: 'Why does the log jump while it grows?' }],
    tools: [
      { name: 'read_file', input_schema: { type: 'object', properties: { path: { type: 'string' } } } },
    ],
  }),
  response: JSON.stringify({
    type: 'error',
    error: { type: 'rate_limit_error', message: 'This request would exceed your organization’s rate limit.' },
  }),
  requestCut: false,
  responseCut: false,
}
