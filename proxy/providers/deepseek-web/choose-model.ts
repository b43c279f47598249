import type { ChatRequest } from '../../chat/chat-request.ts'
import { effortOf } from '../../chat/effort.ts'
import { lookUp } from '../../chat/look-up.ts'
import type { ServedModel } from '../provider.ts'
import { type ModelType, VENDOR } from './vendor.ts'

/** What a public model name asks of the web client. */
export type WebModel = { readonly modelType: ModelType; readonly thinking: boolean; readonly search: boolean }

/** `thinking` where the request wishes nothing; `isSilent` where the name forbids it whatever the request wishes. */
type Base = { readonly modelType: ModelType; readonly thinking: boolean }
type Named = Base & { readonly search: boolean; readonly isSilent: boolean }

/** The names of both eras. Of the older two one thinks and one does not; the newer ones think unless told otherwise. */
const BASES: Readonly<Record<string, Base>> = {
  'deepseek-chat': { modelType: 'default', thinking: false },
  'deepseek-reasoner': { modelType: 'default', thinking: true },
  'deepseek-v4-flash': { modelType: 'default', thinking: true },
  'deepseek-v4-pro': { modelType: 'expert', thinking: true },
  'deepseek-v4-vision': { modelType: 'vision', thinking: true },
}

const CHARACTERS_PER_TOKEN = 4

/** Every name that is served where the settings list none. */
export function webModels(inputCharacters: Readonly<Record<ModelType, number>>): ServedModel[] {
  return Object.entries(BASES).flatMap(([base, { modelType }]) => {
    const isOlder = !base.startsWith('deepseek-v')
    const suffixes = isOlder ? ['', '-search'] : ['', '-search', '-nothinking', '-search-nothinking']
    return suffixes.map((suffix) => ({
      id: base + suffix,
      upstream: base + suffix,
      displayName: `${base + suffix} (web)`,
      maxInputTokens: Math.floor(inputCharacters[modelType] / CHARACTERS_PER_TOKEN),
    }))
  })
}

/** Reads a model name from the right; what is no known suffix is a part of the name. Undefined for an unknown name. */
function readModelName(name: string): Named | undefined {
  let rest = name
  let search = false
  let isSilent = false
  for (;;) {
    const base = lookUp(BASES, rest)
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
): WebModel | undefined {
  const read = readModelName(name)
  if (read === undefined) return undefined
  const { modelType, search, isSilent } = read
  const wished = reasoning === undefined ? read.thinking : effortOf(reasoning) !== 'none'
  return { modelType, search, thinking: wished && !isSilent }
}

/** The longest prompt in characters that a model takes. */
export function inputLimit({ modelType }: WebModel, limits: Partial<Record<ModelType, number>> = {}): number {
  return limits[modelType] ?? VENDOR.inputCharacters[modelType]
}
