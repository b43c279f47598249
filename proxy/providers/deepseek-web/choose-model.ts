import type { ChatRequest } from '../../chat/chat-request.ts'
import { effortOf } from '../../chat/effort.ts'
import { lookUp } from '../../chat/look-up.ts'
import type { ServedModel } from '../provider.ts'
import type { DeepseekWebOptions } from './options.ts'
import { PAIRED_MODELS, type VendorModel } from './vendor.ts'

/** What a request asks of the web client. */
export type WebModel = VendorModel & { readonly search: boolean }

/** `isSilent` where the name forbids thinking whatever the request wishes. */
type Named = VendorModel & { readonly search: boolean; readonly isSilent: boolean }
type Models = DeepseekWebOptions['models']

const CHARACTERS_PER_TOKEN = 4

/** Every name that is served where the settings list none. */
export function webModels({
  models,
  inputCharacters,
}: Pick<DeepseekWebOptions, 'models' | 'inputCharacters'>): ServedModel[] {
  return Object.entries(models).flatMap(([base, { modelType, thinking }]) => {
    const hasSilent = thinking && !PAIRED_MODELS.has(base)
    const suffixes = ['', '-search', ...(hasSilent ? ['-nothinking', '-search-nothinking'] : [])]
    const limit = lookUp(inputCharacters, modelType)
    return suffixes.map((suffix) => ({
      id: base + suffix,
      upstream: base + suffix,
      displayName: `${base + suffix} (web)`,
      maxInputTokens: limit === undefined ? undefined : Math.floor(limit / CHARACTERS_PER_TOKEN),
    }))
  })
}

/** Reads a model name from the right; what is no known suffix is a part of the name. Undefined for an unknown name. */
function readModelName(name: string, models: Models): Named | undefined {
  let rest = name
  let search = false
  let isSilent = false
  for (;;) {
    const base = lookUp(models, rest)
    if (base !== undefined) return { ...base, search, isSilent }
    if (rest.endsWith('-search')) search = true
    else if (rest.endsWith('-nothinking')) isSilent = true
    else return undefined
    rest = rest.slice(0, rest.lastIndexOf('-'))
  }
}

/** What a request asks for: the name says what is usual, the request's own wish decides, `-nothinking` outranks it. */
export function chooseModel(
  name: string,
  { reasoning }: Pick<ChatRequest, 'reasoning'>,
  models: Models,
): WebModel | undefined {
  const read = readModelName(name, models)
  if (read === undefined) return undefined
  const { modelType, search, isSilent } = read
  const wished = reasoning === undefined ? read.thinking : effortOf(reasoning) !== 'none'
  return { modelType, search, thinking: wished && !isSilent }
}
