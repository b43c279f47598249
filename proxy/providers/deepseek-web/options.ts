import type { ProviderSetting } from '../../../contract/settings.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { MODELS, PACING, type Paths, VENDOR, type VendorModel } from './vendor.ts'

/** What a user may change of this provider, with the vendor table's values where the settings say nothing. */
export type DeepseekWebOptions = {
  readonly clientVersion: string
  /** `single`: the conversation of a request is deleted after its answer. `none`: it stays in the account's history. */
  readonly deleteSessions: 'single' | 'none'
  readonly pacing: { readonly inFlight: number; readonly betweenStartsMs: number }
  /** Longest prompt in characters, by model type; a type that is not listed has no limit here. */
  readonly inputCharacters: Readonly<Record<string, number>>
  readonly paths: Paths
  readonly models: Readonly<Record<string, VendorModel>>
}

export function readOptions({ options = {} }: Pick<ProviderSetting, 'options'>): DeepseekWebOptions {
  return {
    clientVersion: options.clientVersion ?? VENDOR.clientVersion,
    deleteSessions: options.deleteSessions ?? 'single',
    pacing: {
      inFlight: options.inFlight ?? PACING.inFlight,
      betweenStartsMs: options.betweenStartsMs ?? PACING.betweenStartsMs,
    },
    inputCharacters: { ...VENDOR.inputCharacters, ...options.inputCharacters },
    paths: { ...VENDOR.paths, ...dropAbsent(options.paths ?? {}) },
    models: { ...MODELS, ...options.models },
  }
}
