import { isDeepStrictEqual } from 'node:util'
import { type Settings, settings } from '../../contract/settings.ts'

/** The file's text: only what differs from the defaults, so that better defaults reach an old file. */
export function writeSettingsText(value: Settings): string {
  const sparse = withoutDefaults(value, settings.parse({}))
  return `${JSON.stringify({ version: value.version, ...sparse }, null, 2)}\n`
}

function withoutDefaults(value: object, defaults: object): object {
  const standard = new Map<string, unknown>(Object.entries(defaults))
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !isDeepStrictEqual(inner, standard.get(key)))
      .map(([key, inner]) => [
        key,
        isSection(inner) && isSection(standard.get(key))
          ? withoutDefaults(inner, Object(standard.get(key)))
          : inner,
      ]),
  )
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
