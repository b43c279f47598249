import { FakeControl, type FakeSeed } from './fake-control.ts'
import { realisticBodies, realisticLog } from './realistic-log.ts'
import { runningStatus } from './sample-status.ts'

/** A control plane after a busy afternoon: for looking at the pages. */
export function realisticControl(more: Partial<FakeSeed> = {}): FakeControl {
  const entries = realisticLog(340, Date.now())
  return new FakeControl({
    status: runningStatus({
      activeRequests: 2,
      requests: 1_284,
      failures: 17,
      accounts: { total: 6, usable: 5 },
      attention: [
        {
          id: 'account-deepseek-work',
          severity: 'warning',
          title: 'DeepSeek “work” must sign in again',
          action: 'Its session ended at 12:04; give the account a new token.',
        },
      ],
    }),
    entries,
    bodies: new Map(entries.filter(({ state }) => state === 'failed').map(({ id }) => [id, realisticBodies])),
    keys: ['Claude Code', 'Codex', 'VS Code'].map((name, index) => ({
      id: `key_${index}`,
      name,
      masked: `ps-…${['x7Qd', 'm2Ka', '9fLw'][index]}`,
      models: ['*'],
      limits: {},
      createdAt: Date.now() - 86_400_000,
      lastUsedAt: Date.now(),
      expiresAt: null,
      isWeak: false,
    })),
    models: [
      {
        id: 'claude-sonnet-4-5',
        provider: 'anthropic',
        upstream: 'claude-sonnet-4-5',
        aliasOf: null,
        displayName: 'Claude Sonnet 4.5',
        maxInputTokens: 200_000,
        maxOutputTokens: 64_000,
      },
    ],
    ...more,
  })
}
