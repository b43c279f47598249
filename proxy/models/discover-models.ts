import { z } from 'zod'
import type { CallAccount, Provider, ServedModel, WireProvider } from '../providers/provider.ts'
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

const geminiList = z.object({
  models: z.array(z.object({ name: z.string().min(1), displayName: z.string().nullish() })).max(5000),
})

const LIST_PATHS = {
  'openai-chat': '/models',
  'openai-responses': '/models',
  'anthropic-messages': '/v1/models?limit=1000',
  gemini: '/v1beta/models?pageSize=1000',
} as const

/** Gemini's names stand behind `models/`. */
function geminiModel({
  name,
  displayName,
}: {
  name: string
  displayName?: string | null | undefined
}): ServedModel {
  const id = name.replace(/^models\//, '')
  return { id, upstream: id, displayName: displayName ?? undefined }
}

/** Asks an upstream which models an account has. Rejects with the reason where it does not say. */
export async function discoverModels(
  provider: Provider,
  account: CallAccount,
  signal: AbortSignal,
): Promise<readonly ServedModel[]> {
  if (provider.kind === 'wire') return askForList(provider, account.credential, signal)
  return (await provider.listModels?.(account, signal)) ?? []
}

async function askForList(
  provider: WireProvider,
  credential: string,
  signal: AbortSignal,
): Promise<ServedModel[]> {
  const path = LIST_PATHS[provider.codec.protocol]
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
  const listed: unknown = JSON.parse(text)
  if (provider.codec.protocol === 'gemini') return geminiList.parse(listed).models.map(geminiModel)
  return modelList
    .parse(listed)
    .data.map(({ id, display_name }) => ({ id, upstream: id, displayName: display_name ?? undefined }))
}
