import { describe, expect, it } from 'vitest'
import { readRateLimitReset } from './rate-limit-reset.ts'
import { readRetryAfter } from './retry-after.ts'

const NOW = 'Sat, 21 Nov 2026 05:00:00 GMT'

describe('REL-06: how long an upstream asks to wait', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': ' 3 ' }, 3000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after-ms': '1250' }, 1250],
    [{ 'retry-after-ms': '1250', 'retry-after': '9' }, 1250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '9' }, 9000],
    [{ 'retry-after': '999999999' }, 86_400_000],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'NaN' }, undefined],
    [{ 'retry-after': '1e9' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
    [{ 'retry-after': 'Sat, 21 Nov 2026 05:01:30 GMT', date: NOW }, 90_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 04:59:00 GMT', date: NOW }, undefined],
    [{ 'retry-after': 'Sat, 21 Nov 2036 05:00:00 GMT', date: NOW }, 86_400_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 05:01:30 GMT' }, undefined],
  ])('%j', (headers, expected) => {
    expect(readRetryAfter(headers)).toBe(expected)
  })

  it.each([
    [{ 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-remaining-requests': '0' }, 1000],
    [{ 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '0' }, 360_000],
    [{ 'x-ratelimit-reset-tokens': '120ms' }, 120],
    [{ 'x-ratelimit-reset-tokens': '1h2m3.5s' }, 3_723_500],
    [{ 'x-ratelimit-reset-tokens': '9s', 'x-ratelimit-remaining-tokens': '500' }, undefined],
    [
      {
        'x-ratelimit-reset-tokens': '9s',
        'x-ratelimit-remaining-tokens': '500',
        'x-ratelimit-reset-requests': '3s',
        'x-ratelimit-remaining-requests': '0',
      },
      3000,
    ],
    [{ 'x-ratelimit-reset': '30' }, 30_000],
    [{ 'x-ratelimit-reset': String(Date.parse(NOW) / 1000 + 45), date: NOW }, 45_000],
    [{ 'x-ratelimit-reset': String(Date.parse(NOW) / 1000 + 45) }, undefined],
    [{ 'anthropic-ratelimit-tokens-reset': '2026-11-21T05:00:20Z', date: NOW }, 20_000],
    [{ 'anthropic-ratelimit-tokens-reset': '2026-11-21T04:00:00Z', date: NOW }, undefined],
    [{ 'x-ratelimit-reset': '99999999' }, 86_400_000],
    [{ 'x-ratelimit-reset': 'tomorrow', 'x-ratelimit-limit': '5' }, undefined],
  ])('the limits’ own headers: %j', (headers, expected) => {
    expect(readRateLimitReset(headers)).toBe(expected)
  })
})
