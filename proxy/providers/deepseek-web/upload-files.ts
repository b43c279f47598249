import { ChatError } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickRecords, pickText } from '../../chat/pick-fields.ts'
import { type Clock, delay } from '../../clock.ts'
import type { WebModel } from './choose-model.ts'
import { TIMES, VENDOR } from './vendor.ts'
import type { WebApi } from './web-api.ts'
import type { Attachment } from './write-prompt.ts'

export type UploadPorts = {
  readonly api: WebApi
  readonly clock: Clock
  /** A fresh proof of work for an upload. */
  readonly prove: (token: string, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>
}

/** Words that the site and its builds have used for "ready". */
const READY: ReadonlySet<string> = new Set([
  'SUCCESS',
  'PROCESSED',
  'READY',
  'DONE',
  'AVAILABLE',
  'COMPLETED',
  'FINISHED',
])

/** Uploads the request's files one by one and waits until each is read. The ids go into `ref_file_ids`. */
export async function uploadFiles(
  attachments: readonly Attachment[],
  { modelType, thinking }: WebModel,
  token: string,
  signal: AbortSignal,
  { api, clock, prove }: UploadPorts,
): Promise<string[]> {
  if (attachments.length > VENDOR.files)
    throw new ChatError('invalid-request', `DeepSeek takes at most ${VENDOR.files} files with one request`)
  const ids: string[] = []
  for (const [index, attachment] of attachments.entries()) {
    const { name, bytes, mediaType } = contentOf(attachment, index)
    const form = new FormData()
    form.append('file', new Blob([bytes], { type: mediaType }), name)
    const packed = new Response(form)
    const file = await api.call('uploadFile', {
      token,
      signal,
      upload: {
        contentType: packed.headers.get('content-type') ?? 'multipart/form-data',
        bytes: new Uint8Array(await packed.arrayBuffer()),
      },
      headers: {
        ...(await prove(token, signal)),
        'x-model-type': modelType,
        'x-file-size': String(bytes.length),
        ...(thinking ? { 'x-thinking-enabled': '1' } : {}),
      },
    })
    const id = idOf(file)
    const isForked = modelType === 'vision' && attachment.type === 'image' && file.model_kind !== 'VISION'
    await waitUntilRead(id)
    ids.push(isForked ? await forkForVision(id) : id)
  }
  return ids

  async function forkForVision(id: string): Promise<string> {
    const body = { file_id: id, to_model_type: 'vision' }
    const forked = idOf(await api.call('forkFile', { token, signal, body }))
    await waitUntilRead(forked)
    return forked
  }

  async function waitUntilRead(id: string): Promise<void> {
    const startedAt = clock.monotonic()
    while (clock.monotonic() - startedAt < TIMES.fileLimit) {
      const query = `?file_ids=${encodeURIComponent(id)}`
      const answer = await api.call('fetchFiles', { token, signal, query })
      const file = pickRecords(answer, 'files').find((one) => one.id === id)
      const status = (pickText(file, 'status') ?? '').toUpperCase()
      if (READY.has(status)) return
      if (status === 'FAILED') throw unreadable(pickText(file, 'error_code'))
      await delay(clock, TIMES.filePoll, signal)
    }
    throw new ChatError('timed-out', `DeepSeek did not read the file within ${TIMES.fileLimit / 1000} s`)
  }
}

function contentOf(attachment: Attachment, index: number) {
  const { source } = attachment
  if (source.kind !== 'base64') throw new Error('only files that are sent inline are uploaded')
  const ending = source.mediaType.split('/')[1]?.replace(/[^a-z0-9]/gi, '') || 'bin'
  const name = attachment.type === 'file' ? attachment.name : undefined
  return {
    mediaType: source.mediaType,
    bytes: Buffer.from(source.data, 'base64'),
    name: name ?? `file-${index + 1}.${ending}`,
  }
}

function idOf(file: JsonObject): string {
  const id = pickText(file, 'id')
  if (id === undefined) throw new ChatError('upstream-changed', 'DeepSeek took a file and gave it no id')
  return id
}

function unreadable(code: string | undefined): ChatError {
  return new ChatError(
    'invalid-request',
    `DeepSeek could not read an attached file${code ? ` (${code})` : ''}`,
    {
      code: 'unreadable_file',
    },
  )
}
