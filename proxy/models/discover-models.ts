import { z } from 'zod'
import type { ServedModel, WireProvider } from '../providers/provider.ts'
import { collectBytes } from '../relay/collect-bytes.ts'
import { joinUrl } from '../upstream/join-url.ts'

const LIST_BYTES = 8_388_608
const LIST_MS = 10_000

/** Both families list models as `data[].id`; other fields are theirs. */
const modelList = z.object({
  data: z
    .array(
      z.object({ id: z.string().min(1), display_name: z.string().nullish(), name: z.string().nullish() }),
    )
    .max(5000),
})

/** Asks an upstream which models it has (`GET /models`). Rejects with the reason where it does not say. */
export async function discoverModels(
  provider: WireProvider,
  credential: string,
  signal: AbortSignal,
): Promise<ServedModel[]> {
  const path = provider.codec.protocol === 'anthropic-messages' ? '/v1/models?limit=1000' : '/models'
  const upstream = await provider.fetch({
    url: joinUrl(provider.baseUrl, path),
    method: 'GET',
    headers: {
      ...provider.headers,
      ...(credential === '' ? {} : provider.codec.headers(credential)),
      accept: 'application/json',
      'user-agent': 'portside',
    },
    signal,
    firstByteMs: LIST_MS,
    idleMs: LIST_MS,
    maxBytes: LIST_BYTES,
  })
  const bytes = await collectBytes(upstream, LIST_BYTES, 'refuse')
  const text = new TextDecoder().decode(bytes)
  if (upstream.status !== 200)
    throw provider.codec.readError({ status: upstream.status, headers: upstream.headers, text })
  return modelList
    .parse(JSON.parse(text))
    .data.map(({ id, display_name }) => ({ id, upstream: id, displayName: display_name ?? undefined }))
}
