import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withScratch } from './scratch.ts'
import { freePort, spawnTarget } from './spawn.ts'
import { API_PATH, type Gateway } from './target.ts'

/** The mock upstream itself, asked without a gateway: what the rig can do at most. */
export const direct: Gateway = {
  name: 'no gateway',
  version: () => '',
  translates: false,
  start: (port) => Promise.resolve({ port, pid: process.pid, startMs: 0, close: () => Promise.resolve() }),
  ask: (ask) => ({ ...ask, api: ask.to, path: API_PATH[ask.to] }),
}

export const pipe: Gateway = {
  name: 'bare Node pipe',
  version: () => process.version.slice(1),
  translates: false,
  async start(upstreamPort) {
    const port = await freePort()
    const script = join(import.meta.dirname, 'pipe.ts')
    const command = [process.execPath, script, String(port), String(upstreamPort)] as const
    return spawnTarget({ name: 'bare Node pipe', command, port })
  },
  ask: direct.ask,
}

const NGINX = '/usr/sbin/nginx'

/** The limit of what a proxy on one core can be; written in C, it looks at nothing. */
export const nginx: Gateway = {
  name: 'nginx',
  version: () => /nginx\/([\d.]+)/.exec(String(spawnSync(NGINX, ['-v']).stderr))?.[1],
  translates: false,
  async start(upstreamPort) {
    const port = await freePort()
    return withScratch((home) => {
      const config = join(home, 'nginx.conf')
      writeFileSync(config, nginxConfig(home, port, upstreamPort))
      const command = [NGINX, '-p', home, '-c', config, '-g', 'daemon off; master_process off;'] as const
      return spawnTarget({ name: 'nginx', command, port })
    })
  },
  ask: direct.ask,
}

function nginxConfig(home: string, port: number, upstreamPort: number): string {
  return `
worker_processes 1; pid ${home}/pid; error_log stderr crit;
events { worker_connections 20000; }
http {
  access_log off; client_max_body_size 50m; client_body_buffer_size 1m; keepalive_requests 1000000;
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/f;
  uwsgi_temp_path ${home}/u; scgi_temp_path ${home}/s;
  upstream mock { server 127.0.0.1:${upstreamPort}; keepalive 1024; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port} backlog=16384;
    location / {
      proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header connection ""; proxy_buffering off;
    }
  }
}`
}
