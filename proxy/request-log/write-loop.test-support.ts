import { settings } from '../../contract/settings.ts'
import { createRequestLog } from './request-log.ts'

/** Writes requests for ever, each other one left open, and tells each batch on its own line: a process to be killed. */
const log = createRequestLog({
  path: process.argv[2] ?? null,
  settings: () => settings.parse({}).log,
  secrets: () => [],
})
for (;;) {
  for (let count = 0; count < 20; count += 1) {
    const row = log.open({
      id: `left-open-${process.pid}-${performance.now()}`,
      method: 'POST',
      path: '/v1/messages',
    })
    if (count % 2 === 0) row.close({ state: 'done', status: 200 })
  }
  await log.flush()
  process.stdout.write('written\n')
}
