import type { LogEntry } from '../../../contract/log-entry.ts'

/** A finished request, for tests: what is not named is usual. */
export function sampleEntry(more: Partial<LogEntry> = {}): LogEntry {
  return {
    id: 'req_sample',
    sequence: 1,
    startedAt: 1_763_700_000_000,
    state: 'done',
    method: 'POST',
    path: '/v1/messages',
    protocol: 'anthropic-messages',
    keyName: 'laptop',
    client: 'claude-cli',
    modelIn: 'claude-sonnet-4-5',
    modelOut: 'claude-sonnet-4-5-20250929',
    provider: 'anthropic',
    accountId: 'acc_1',
    accountName: 'work',
    stream: true,
    passThrough: true,
    status: 200,
    finishReason: 'stop',
    inputTokens: 1200,
    outputTokens: 340,
    cacheReadTokens: null,
    reasoningTokens: null,
    tokensEstimated: false,
    firstByteMs: 420,
    durationMs: 5120,
    requestBytes: 8_400,
    responseBytes: 21_000,
    errorKind: null,
    errorMessage: null,
    denyReason: null,
    attempts: [],
    ...more,
  }
}
