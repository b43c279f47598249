import { createServer, type ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { callTo, listen, openWay } from './upstream.test-support.ts'

const TOGETHER = 400

it('carries as many answers of one upstream at a time as are asked for', async () => {
  const waiting: ServerResponse[] = []
  const server = createServer((_request, response) => {
    // Nobody is answered before all are here.
    if (waiting.push(response) === TOGETHER) for (const one of waiting) one.end('{}')
  })
  const port = await listen(server)
  const way = openWay()
  const answers = await Promise.all(Array.from({ length: TOGETHER }, () => way.fetch(callTo(port))))
  expect(answers.map(({ status }) => status)).toEqual(Array(TOGETHER).fill(200))
  for (const answer of answers) answer.abort()
})
