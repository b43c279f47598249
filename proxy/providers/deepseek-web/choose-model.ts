import type { ChatRequest } from '../../chat/chat-request.ts'
import type { ServedModel } from '../provider.ts'
import { type ModelType, VENDOR } from './vendor.ts'

/** What a public model name asks of the web client. */
export type WebModel = { readonly modelType: ModelType; readonly thinking: boolean; readonly search: boolean }

type Base = { readonly modelType: ModelType; readonly thinking: boolean; readonly isFixed: boolean }

/**
 * The names of both eras. The older two say by themselves whether the model thinks; the newer ones think unless the
 * name or the request says otherwise.
 */
const BASES: Readonly<Record<string, Base>> = {
  'deepseek-chat': { modelType: 'default', thinking: false, isFixed: true },
  'deepseek-reasoner': { modelType: 'default', thinking: true, isFixed: true },
  'deepseek-v4-flash': { modelType: 'default', thinking: true, isFixed: false },
  'deepseek-v4-pro': { modelType: 'expert', thinking: true, isFixed: false },
  'deepseek-v4-vision': { modelType: 'vision', thinking: true, isFixed: false },
}

const CHARACTERS_PER_TOKEN = 4

/** Every name that is served where the settings list none. */
export function webModels(inputCharacters: Readonly<Record<ModelType, number>>): ServedModel[] {
  return Object.entries(BASES).flatMap(([base, { modelType, isFixed }]) => {
    const suffixes = isFixed ? ['', '-search'] : ['', '-search', '-nothinking', '-search-nothinking']
    return suffixes.map((suffix) => ({
      id: base + suffix,
      upstream: base + suffix,
      displayName: `${base + suffix} (web)`,
      maxInputTokens: Math.floor(inputCharacters[modelType] / CHARACTERS_PER_TOKEN),
    }))
  })
}

/** Reads a model name from the right; what is no known suffix is a part of the name. Undefined for an unknown name. */
export function readModelName(name: string): (Base & { readonly search: boolean }) | undefined {
  let rest = name
  let search = false
  let isSilent = false
  for (;;) {
    const base = Object.hasOwn(BASES, rest) ? BASES[rest] : undefined
    if (base !== undefined)
      return isSilent ? { ...base, thinking: false, isFixed: true, search } : { ...base, search }
    if (rest.endsWith('-search')) search = true
    else if (rest.endsWith('-nothinking')) isSilent = true
    else return undefined
    rest = rest.slice(0, rest.lastIndexOf('-'))
  }
}

/** What a request asks for: a name that leaves thinking open follows the request's own wish. */
export function chooseModel(
  name: string,
  { reasoning }: Pick<ChatRequest, 'reasoning'>,
): WebModel | undefined {
  const read = readModelName(name)
  if (read === undefined) return undefined
  const { modelType, search, isFixed } = read
  if (isFixed || reasoning === undefined) return { modelType, search, thinking: read.thinking }
  return { modelType, search, thinking: reasoning.mode !== 'off' && reasoning.effort !== 'none' }
}

/** The longest prompt in characters that a model takes. */
export function inputLimit({ modelType }: WebModel, limits: Partial<Record<ModelType, number>> = {}): number {
  return limits[modelType] ?? VENDOR.inputCharacters[modelType]
}
