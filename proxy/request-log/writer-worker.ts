import { parentPort, workerData } from 'node:worker_threads'
import { createLogKeeper } from './log-keeper.ts'
import { createRedactor } from './redact.ts'
import { redactBody } from './redact-body.ts'
import type { CapturedBodies, Numbered, WriterAnswer, WriterRequest, WriterSetup } from './writer-messages.ts'

// The writer's thread: SQLite and the redaction of bodies happen here, where they can block nobody's request.

const setup: WriterSetup = workerData
const keeper = createLogKeeper(setup)
let redactor = createRedactor([])

function answer(request: WriterRequest): WriterAnswer {
  switch (request.kind) {
    case 'write':
      if (request.secrets !== undefined) redactor = createRedactor(request.secrets)
      keeper.write(request.entries, request.bodies.map(storeBodies), request.retention)
      return { kind: 'done', repaired: keeper.takeRepair() }
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

function storeBodies({ id, captured }: { readonly id: string; readonly captured: CapturedBodies }) {
  const { request, response, requestCut, responseCut } = captured
  return {
    id,
    request: redactBody(request, requestCut, redactor),
    response: redactBody(response, responseCut, redactor),
    requestCut,
    responseCut,
  }
}

parentPort?.on('message', ({ number, message }: Numbered<WriterRequest>) => {
  const reply = (result: WriterAnswer) => parentPort?.postMessage({ number, message: result })
  try {
    reply(answer(message))
  } catch (error) {
    reply({ kind: 'failed', problem: error instanceof Error ? error.message : String(error) })
  }
})
