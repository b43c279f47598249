import type { Api } from './judge.ts'

/** Bodies that once got a wrong answer, smallest first; each is sent again in every run. */
export const REGRESSIONS: readonly { readonly api: Api; readonly body: string; readonly was: string }[] = [
  {
    api: 'messages',
    body: '{"model":"\\ud800","messages":[{"role":"user","content":[]}],"max_tokens":1}',
    was: '500, since half a character cannot stand in the path to Gemini',
  },
  {
    api: 'chat',
    body: '{"model":"a","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,\\ud800"}}]}]}',
    was: '500, since half a character cannot stand in a data URL',
  },
]
