import type { Api } from './judge.ts'

/** Bodies that once got a wrong answer, smallest first; each is sent again in every run. */
export const REGRESSIONS: readonly { readonly api: Api; readonly body: string; readonly was: string }[] = []
