import type { ToolIdentity } from './tool-names.ts'

/** Of all tools that were sent, those whose name the client would not know: sent name → the client's. */
export function changedNames(identities: ReadonlyMap<string, ToolIdentity>): ReadonlyMap<string, string> {
  return new Map(
    [...identities].filter(([sent, { name }]) => sent !== name).map(([sent, { name }]) => [sent, name]),
  )
}
