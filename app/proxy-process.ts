import type { ParentPort } from 'electron'
import { createProxy, endOnCrash, type Proxy as RunningProxy, serveControlPort } from '../proxy/index.ts'
import { type BeginProxy, toProxy } from './proxy-messages.ts'

/** The entry of the utility process: the proxy alone, without anything of Electron but the port to main. */
function serveParent(parent: ParentPort): void {
  let proxy: Promise<RunningProxy> | undefined
  parent.on('message', ({ data, ports }) => {
    const message = toProxy.parse(data)
    switch (message.type) {
      case 'begin':
        proxy = begin(message)
        break
      case 'control-port':
        for (const port of ports) {
          // A rejection here is the same as of `begin`, which ends the process.
          void proxy?.then((made) => {
            serveControlPort(made.control, port)
            port.start()
          })
        }
        break
      case 'woken':
        void proxy?.then((made) => made.networkChanged(message.sleptMs))
        break
      case 'close':
        void close(proxy)
        break
    }
  })
}

async function begin(message: BeginProxy): Promise<RunningProxy> {
  const { home, sealKey, version, uiDirectory, notices, listens } = message
  const proxy = await createProxy({
    home,
    mode: 'desktop',
    env: process.env,
    flags: {},
    sealKey,
    version,
    uiDirectory,
    notices,
  })
  endOnCrash({
    host: process,
    close: proxy.close,
    say: (text) => void process.stderr.write(`${text}\n`),
    exit: (code) => process.exit(code),
  })
  // A port that is taken is a state, which the status feed tells; it must not end the process.
  if (listens) await proxy.start().catch(() => undefined)
  return proxy
}

async function close(proxy: Promise<RunningProxy> | undefined): Promise<void> {
  try {
    await (await proxy)?.close()
  } finally {
    process.exit(0)
  }
}

serveParent(process.parentPort)
