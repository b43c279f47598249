import type { z } from 'zod'
import { type Settings, settings } from '../../contract/settings.ts'
import { findForbiddenKeys } from './forbidden-keys.ts'
import { SettingsError } from './settings-error.ts'
import { knownKeysAt, nearestKey } from './suggest-key.ts'

const VERSION = 1

/** Settings from a file's text. What is not JSON is `corrupt`; what does not fit is `invalid`, every fault named. */
export function parseSettingsText(text: string, origin: string): Settings {
  return parseSettings(parseJson(text, origin), origin)
}

export function parseSettings(value: unknown, origin: string): Settings {
  refuseNewerVersion(value, origin)
  const forbidden = findForbiddenKeys(value)
  if (forbidden.length > 0) {
    throw new SettingsError(
      'invalid',
      forbidden.map((path) => `${path}: this name is never allowed as a key`),
    )
  }
  const result = settings.safeParse(value)
  if (result.success) return result.data
  throw new SettingsError(
    'invalid',
    result.error.issues.flatMap((issue) => describeIssue(issue, [])),
  )
}

function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    // The engine's own message quotes the text, which may hold a secret: only the place is told.
    throw new SettingsError('corrupt', [`${origin} is not JSON${placeOf(error, text)}`])
  }
}

function placeOf(error: unknown, text: string): string {
  const position = /position (\d+)/.exec(String(error))?.[1]
  if (position === undefined) return ''
  const before = text.slice(0, Number(position)).split('\n')
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`
}

function refuseNewerVersion(value: unknown, origin: string): void {
  if (typeof value !== 'object' || value === null || !('version' in value)) return
  if (typeof value.version !== 'number' || value.version <= VERSION) return
  throw new SettingsError('newer-version', [
    `${origin} was written by a newer Portside (version ${value.version}; this one knows ${VERSION}). It was not changed: start the newer one.`,
  ])
}

type Issue = z.core.$ZodIssue

function describeIssue(issue: Issue, parent: readonly PropertyKey[]): string[] {
  const path = [...parent, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => describeUnknownKey(key, path))
  if (issue.code === 'invalid_union') {
    const branch = likelyBranch(issue.errors)
    if (branch !== undefined) return branch.flatMap((inner) => describeIssue(inner, path))
  }
  return [`${showPath(path)}: ${issue.message}`]
}

/** Of a union's ways to fail, the one that at least had the right type; a wrong type says nothing about the inside. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find((issues) => issues.length > 0 && issues.every((issue) => !isWrongTypeHere(issue)))
}

const isWrongTypeHere = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0

function describeUnknownKey(key: string, path: readonly PropertyKey[]): string {
  const near = nearestKey(key, knownKeysAt(settings, path))
  const hint = near === undefined ? '' : `; did you mean "${near}"?`
  return `${showPath([...path, key])}: unknown key${hint}`
}

function showPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(the whole file)'
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('')
}
