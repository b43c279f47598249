import { describe, expect, it } from 'vitest'
import { settings } from '../../contract/settings.ts'
import type { ChatProvider } from '../providers/provider.ts'
import { createModelCatalogue } from './model-catalogue.ts'

function bridged(...ids: string[]): ChatProvider {
  return {
    kind: 'chat',
    info: {
      id: 'plan',
      type: 'deepseek-web',
      displayName: 'plan',
      baseUrl: null,
      preset: null,
      toolMode: 'bridge',
      needsAccount: true,
      thinking: 'native',
    },
    models: ids.map((id) => ({ id, upstream: id })),
    async *streamChat() {
      yield* []
    },
  }
}

function catalogueOf(...ids: string[]) {
  return createModelCatalogue({
    settings: settings.parse({}),
    providers: [bridged(...ids)],
    discovered: new Map(),
  })
}

describe('the second names of a bridged provider’s models', () => {
  it('end with the thinking suffix and lead to the same model', () => {
    const catalogue = catalogueOf('harbour')
    expect(catalogue.list().map(({ id }) => id)).toEqual(['harbour', 'harbour-thinking'])
    expect(catalogue.route('harbour-thinking', undefined)).toEqual([
      { provider: 'plan', model: 'harbour', wantsThinking: true },
    ])
  })

  it.each(['harbour-nothinking', 'harbour-search-nothinking', 'harbour-no-thinking', 'harbour-thinking'])(
    'do not exist for %s, whose own name says whether it thinks',
    (name) => {
      const catalogue = catalogueOf(name)
      expect(catalogue.list().map(({ id }) => id)).toEqual([name])
      expect(catalogue.route(name, undefined)).toEqual([{ provider: 'plan', model: name }])
      expect(() => catalogue.route(`${name}-thinking`, undefined)).toThrow(/There is no model/)
    },
  )
})
