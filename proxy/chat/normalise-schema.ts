import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

const COMBINATORS = ['anyOf', 'oneOf', 'allOf'] as const
const MOST_HOPS = 8

/**
 * A schema whose root is a plain object with `properties`, which is what upstreams take as a tool's arguments. Branches
 * at the root are folded into one: every property is kept, and only what all branches demand stays required.
 */
export function normaliseSchema(schema: JsonObject | undefined): JsonObject {
  const root = foldBranches(followRootRef(schema ?? {}))
  const { type: _type, properties, required, ...rest } = root
  return {
    type: 'object',
    properties: isJsonObject(properties) ? properties : {},
    ...(Array.isArray(required) && required.length > 0 ? { required } : {}),
    ...rest,
  }
}

/** `{"$ref":"#/$defs/X","$defs":…}` at the root, as generators write it, becomes X with the definitions beside it. */
function followRootRef(schema: JsonObject): JsonObject {
  let root = schema
  for (let hop = 0; hop < MOST_HOPS && typeof root.$ref === 'string'; hop++) {
    const found = findDefinition(schema, root.$ref)
    if (found === undefined) break
    const { $ref: _ref, ...beside } = root
    root = { ...beside, ...found }
  }
  return root
}

function findDefinition(schema: JsonObject, ref: string): JsonObject | undefined {
  if (!ref.startsWith('#/')) return undefined
  let found: JsonValue | undefined = schema
  for (const step of ref.slice(2).split('/')) {
    if (!isJsonObject(found)) return undefined
    found = found[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return isJsonObject(found) ? found : undefined
}

function foldBranches(schema: JsonObject): JsonObject {
  let root = schema
  for (const combinator of COMBINATORS) {
    const branches = root[combinator]
    if (branches === undefined) continue
    const { [combinator]: _branches, ...rest } = root
    root = Array.isArray(branches)
      ? joinBranches(rest, branches.filter(isJsonObject), combinator === 'allOf')
      : rest
  }
  return root
}

function joinBranches(root: JsonObject, branches: readonly JsonObject[], demandAll: boolean): JsonObject {
  const properties: Record<string, JsonValue | undefined> = {}
  for (const branch of [...branches].reverse()) Object.assign(properties, propertiesOf(branch))
  Object.assign(properties, propertiesOf(root))
  const demanded = branches.map(requiredOf)
  const shared = demandAll
    ? demanded.flat()
    : (demanded[0] ?? []).filter((name) => demanded.every((names) => names.includes(name)))
  return { ...root, properties, required: [...new Set([...requiredOf(root), ...shared])] }
}

function propertiesOf(schema: JsonObject): JsonObject {
  return isJsonObject(schema.properties) ? schema.properties : {}
}

function requiredOf(schema: JsonObject): readonly string[] {
  return Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : []
}
