import { randomUUID } from 'node:crypto'
import type { Challenges } from './challenges.ts'
import { bizRefused, ok, refused } from './scene.ts'
import type { DeepseekSimulator, SeenCall } from './start-deepseek.ts'
import type { SimulatedAccount, SimulatedFile, State } from './state.ts'

type FileVisit = {
  readonly call: SeenCall
  readonly raw: Buffer
  readonly answer: (body: unknown, status?: number) => void
  readonly state: State
  readonly challenges: Challenges
  readonly simulator: DeepseekSimulator
}

/** Uploading, polling and forking files. A file named `bad…` is never read. */
export function answerFile(visit: FileVisit, path: string, _account: SimulatedAccount): void {
  const { call, answer, state } = visit
  switch (path) {
    case '/api/v0/file/upload_file':
      return upload(visit, path)
    case '/api/v0/file/fetch_files': {
      const ids = new URL(call.path, 'http://sim').searchParams.getAll('file_ids')
      const files = ids.flatMap((id) => state.files.get(id) ?? [])
      for (const file of files) file.polls++
      return answer(
        ok({ files: files.map((file) => describe(file, visit.simulator.options.filePolls ?? 0)) }),
      )
    }
    case '/api/v0/file/fork_file_task': {
      const file = state.files.get(String(call.body.file_id))
      if (file === undefined) return answer(bizRefused(1, 'FILE_NOT_FOUND'))
      const forked: SimulatedFile = { ...file, id: `file-${randomUUID()}`, kind: 'VISION', polls: 0 }
      state.files.set(forked.id, forked)
      return answer(ok(describe(forked, 1)))
    }
    default:
      return answer({ detail: 'Not Found' }, 404)
  }
}

function upload({ call, raw, answer, state, challenges }: FileVisit, path: string): void {
  const wrong = challenges.refuse(call.headers['x-ds-pow-response'], path)
  if (wrong !== undefined) return answer(refused(40301, `INVALID_POW_RESPONSE: ${wrong}`))
  const text = raw.toString('latin1')
  const name = /name="file"; filename="([^"]*)"/.exec(text)?.[1]
  if (name === undefined) return answer({ detail: [{ loc: 'body.file' }] }, 422)
  const isImage = /content-type: image\//i.test(text)
  const file: SimulatedFile = { id: `file-${randomUUID()}`, name, isImage, kind: 'NORMAL', polls: 0 }
  state.files.set(file.id, file)
  answer(ok(describe(file, 1)))
}

function describe(file: SimulatedFile, polls: number) {
  const isRead = file.polls > polls
  const status =
    file.polls === 0 ? 'PENDING' : isRead ? (file.name.startsWith('bad') ? 'FAILED' : 'SUCCESS') : 'PARSING'
  return {
    id: file.id,
    status,
    file_name: file.name,
    file_size: 1,
    from_share: false,
    model_kind: file.kind,
    token_usage: isRead ? 12 : null,
    error_code: status === 'FAILED' ? 'FILE_PARSE_FAILED' : null,
    is_image: file.isImage,
    audit_result: null,
    inserted_at: 0,
    updated_at: 0,
  }
}
