import type { ProxyStatus } from '../../contract/status.ts'

/** A proxy that runs and lacks nothing; what is named differs. */
export function runningStatus(more: Partial<ProxyStatus> = {}): ProxyStatus {
  return {
    state: 'running',
    host: '127.0.0.1',
    port: 9090,
    problem: null,
    baseUrls: {
      openai: 'http://127.0.0.1:9090/v1',
      anthropic: 'http://127.0.0.1:9090',
      gemini: 'http://127.0.0.1:9090',
    },
    version: '0.1.0',
    startedAt: Date.now() - (2 * 60 + 14) * 60_000,
    activeRequests: 0,
    requests: 0,
    failures: 0,
    accounts: { total: 0, usable: 0 },
    attention: [],
    home: '/home/mia/.config/Portside',
    mode: 'desktop',
    ...more,
  }
}
