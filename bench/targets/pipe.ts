import { Agent, createServer, request as startRequest } from 'node:http'

/**
 * The yardstick: the least that a proxy in Node can be. It looks at nothing and pipes both ways with `node:http`.
 * Arguments: the port to listen on, the upstream's port.
 */
const [port = '0', upstreamPort = '0'] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })

createServer((request, response) => {
  const upstream = startRequest({
    agent,
    host: '127.0.0.1',
    port: upstreamPort,
    path: request.url,
    method: request.method,
    headers: request.headers,
  })
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  upstream.on('error', () => response.destroy())
  response.on('close', () => upstream.destroy())
  request.pipe(upstream)
}).listen({ port: Number(port), host: '127.0.0.1', backlog: 16_384 })
