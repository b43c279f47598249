import { parentPort, workerData } from 'node:worker_threads'
import { createLogKeeper } from './log-keeper.ts'
import { createRedactor } from './redact.ts'
import { storeBlock } from './stored-block.ts'
import type { Numbered, WriterAnswer, WriterRequest, WriterSetup } from './writer-messages.ts'

// The writer's thread: SQLite and the redaction of bodies happen here, where they can block nobody's request.

const setup: WriterSetup = workerData
const keeper = createLogKeeper(setup)
let redactor = createRedactor([])

function answer(request: WriterRequest): WriterAnswer {
  switch (request.kind) {
    case 'write': {
      if (request.secrets !== undefined) redactor = createRedactor(request.secrets)
      const blocks = request.blocks.map((block) => storeBlock(block, redactor))
      keeper.write({ blocks, open: request.open }, request.retention)
      return { kind: 'done', repaired: keeper.takeRepair() }
    }
    case 'list':
      return { kind: 'entries', entries: keeper.list(request.query) }
    case 'get':
      return { kind: 'entries', entries: [keeper.get(request.id)].filter((entry) => entry !== undefined) }
    case 'bodies':
      return { kind: 'bodies', bodies: keeper.bodies(request.id) ?? NO_BODIES }
    case 'clear':
      keeper.clear()
      return { kind: 'done', repaired: keeper.takeRepair() }
    case 'close':
      keeper.close()
      return { kind: 'done', repaired: undefined }
  }
}

const NO_BODIES = { request: null, response: null, requestCut: false, responseCut: false }

parentPort?.on('message', ({ number, message }: Numbered<WriterRequest>) => {
  const reply = (result: WriterAnswer) => parentPort?.postMessage({ number, message: result })
  try {
    reply(answer(message))
  } catch (error) {
    reply({ kind: 'failed', problem: error instanceof Error ? error.message : String(error) })
  }
})
