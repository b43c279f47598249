import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settings } from '../../contract/settings.ts'
import { createConfigSchema } from './config-schema.ts'
import { findForbiddenKeys } from './forbidden-keys.ts'
import { parseSettingsText } from './parse-settings.ts'
import { writeSettingsText } from './write-settings.ts'

const poison = fc.constantFrom('__proto__', 'constructor', 'prototype')
const section = fc.constantFrom('server', 'models', 'keys', 'accounts', 'providers', 'pool', 'anything')

describe('reading settings', () => {
  it('never lets a key reach a prototype, whatever the file holds (SEC-26)', () => {
    const before = Reflect.ownKeys(Object.prototype)
    fc.assert(
      fc.property(section, poison, fc.jsonValue(), fc.jsonValue(), (name, key, value, beside) => {
        const inner = `{${JSON.stringify(key)}:${JSON.stringify(value)},"a":${JSON.stringify(beside)}}`
        for (const text of [`{${JSON.stringify(name)}:${inner}}`, `{"models":{"aliases":${inner}}}`, inner]) {
          expect(() => parseSettingsText(text, 'the file')).toThrow('never allowed')
        }
      }),
    )
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
  })

  it('gives plain objects only, for any file that it takes (SEC-26)', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (aliases) => {
        fc.pre(findForbiddenKeys(aliases).length === 0)
        const read = parseSettingsText(JSON.stringify({ models: { aliases } }), 'the file')
        expect(Object.getPrototypeOf(read.models.aliases)).toBe(Object.prototype)
        expect(read.models.aliases).toEqual(aliases)
      }),
    )
  })

  it('reads a file nested a hundred thousand deep without falling over', () => {
    const deep = `{"models":{"aliases":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}`
    expect(() => parseSettingsText(deep, 'the file')).toThrow(/aliases/)
  })

  it('takes of a provider’s options those of its type alone', () => {
    const read = (type: string, options: object) =>
      parseSettingsText(JSON.stringify({ providers: [{ id: 'plan', type, options }] }), 'the file')
    expect(read('cursor', { runs: 2, cliPath: '/opt/cursor-agent' }).providers[0]?.options).toEqual({
      runs: 2,
      cliPath: '/opt/cursor-agent',
    })
    expect(() => read('cursor', { clientVersion: '2' })).toThrow(
      'providers[0].options.clientVersion: is no option of the type cursor',
    )
    expect(() => read('deepseek-web', { runs: 2 })).toThrow(
      'options.runs: is no option of the type deepseek-web',
    )
    expect(() => read('cursor', { run: 2 })).toThrow('options.run: unknown key; did you mean "runs"?')
  })

  it('reads back what it writes', () => {
    const value = settings.parse({
      server: { cors: { origins: ['https://a.example'] } },
      keys: ['x'],
      retry: { maxAttempts: 1 },
    })
    expect(parseSettingsText(writeSettingsText(value), 'the file')).toEqual(value)
  })
})

describe('docs/config.schema.json', () => {
  it('is what the settings schema says today (write it with: portside config schema)', async () => {
    const committed = await readFile(new URL('../../docs/config.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(createConfigSchema())))
  })
})
