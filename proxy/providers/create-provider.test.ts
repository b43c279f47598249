import { describe, expect, it } from 'vitest'
import { type SettingsInput, settings } from '../../contract/settings.ts'
import { systemClock } from '../clock.ts'
import { createProviders } from './create-provider.ts'

const create = (input: SettingsInput) => createProviders(settings.parse(input), systemClock)
const wire = (input: SettingsInput, id: string) => {
  const found = create(input).built.find(({ provider }) => provider.info.id === id)?.provider
  if (found?.kind !== 'wire') throw new Error(`no wire provider ${id}`)
  return found
}

describe('Providers made from the settings', () => {
  it('are the demo alone where nothing is set', () => {
    expect(create({}).built.map(({ provider }) => provider.info.id)).toEqual(['demo'])
  })

  it('come from an account that names a preset, without an entry of their own', () => {
    const openai = wire({ accounts: [{ provider: 'openai', apiKey: 'x' }] }, 'openai')
    expect([openai.baseUrl.href, openai.codec.protocol, openai.capabilitiesOf('any').maxTokensField]).toEqual(
      ['https://api.openai.com/v1', 'openai-chat', 'max_completion_tokens'],
    )
  })

  it('take capabilities from their API, the preset, the provider and the model, the later one winning', () => {
    const input: SettingsInput = {
      providers: [
        {
          id: 'work',
          type: 'anthropic',
          preset: 'anthropic',
          baseUrl: 'https://claude.example',
          capabilities: { defaultMaxTokens: 5 },
          models: [{ id: 'm', capabilities: { defaultMaxTokens: 7 } }],
        },
      ],
    }
    const work = wire(input, 'work')
    expect([
      work.capabilitiesOf('other').toolNameMax,
      work.capabilitiesOf('other').defaultMaxTokens,
      work.capabilitiesOf('m').defaultMaxTokens,
    ]).toEqual([128, 5, 7])
  })

  it('need no account where the server is a local one', () => {
    expect(wire({ providers: [{ id: 'ollama', type: 'openai-chat' }] }, 'ollama').info.needsAccount).toBe(
      false,
    )
  })

  it('say so where they cannot be made', () => {
    const { problems } = create({ providers: [{ id: 'nowhere', type: 'openai-chat' }] })
    expect(problems).toEqual(['Provider "nowhere" needs a baseUrl'])
  })

  it('say so where a setting has no effect, and where callers’ own tokens have nowhere to go', () => {
    const { problems } = create({
      server: { directToken: { mode: 'on', provider: 'nobody' } },
      providers: [
        {
          id: 'b',
          type: 'openai-chat',
          baseUrl: 'https://b.example/v1',
          options: { clientVersion: '2.0.0' },
        },
      ],
    })
    expect(problems).toEqual([
      expect.stringContaining('providers "b".options'),
      expect.stringContaining('there is no provider "nobody"'),
    ])
  })
})
