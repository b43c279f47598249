import { describe, expect, it } from 'vitest'
import { createDiagnosticLog } from './diagnostic-log.ts'

const canary = 'canary-secret-0123456789'

function collect(level?: string) {
  const lines: string[] = []
  const log = createDiagnosticLog({
    env: level === undefined ? {} : { PORTSIDE_LOG_LEVEL: level },
    secrets: () => [canary],
    destination: { write: (line: string) => void lines.push(line) },
  })
  return { log, lines }
}

describe('the diagnostic log', () => {
  it('is quiet below a warning unless asked', () => {
    const quiet = collect()
    quiet.log.info('hello')
    quiet.log.warn('careful')
    const loud = collect('debug')
    loud.log.debug('hello')
    expect([quiet.lines.length, loud.lines.length]).toEqual([1, 1])
  })

  it('never prints a secret, wherever a caller puts one (SEC-21)', () => {
    const { log, lines } = collect()
    log.error(
      { err: new Error(`upstream said ${canary}`), headers: { authorization: 'Bearer x1' }, [canary]: 1 },
      canary,
    )
    log.child({ token: 'opaque-value' }).warn({ deep: [{ url: `https://h/?key=${canary}` }] }, '%s', canary)
    expect(lines).toHaveLength(2)
    expect(lines.join('')).not.toContain(canary)
    expect(lines.join('')).not.toContain('opaque-value')
    expect(lines.join('')).not.toContain('Bearer x1')
  })

  it('writes exactly one JSON line for one event, whatever is in it (SEC-29)', () => {
    const { log, lines } = collect()
    const nasty = 'prompt\n{"level":"error","msg":"fake"}\u001b[31m\u2028'
    log.error({ nasty, [nasty]: nasty }, nasty)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.trimEnd().split(/[\n\r\u2028]/)).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 50,
      msg: expect.stringContaining('\\u001b[31m'),
    })
  })
})
