import { isJsonObject, type JsonObject, type JsonValue } from '../../chat/json.ts'

/** One thing that a frame changed. Indexes in the path are counted from the start, also where the frame counted back. */
export type Change = {
  readonly path: readonly (string | number)[]
  readonly op: 'SET' | 'APPEND'
  readonly value: JsonValue
  /** What stood there before. */
  readonly before: unknown
}

type Branch = Record<string, unknown> | unknown[]
type Sticky = { path: string; op: Op }
type Op = 'SET' | 'APPEND' | 'BATCH'

const DEEPEST_BATCH = 8

/**
 * The document that DeepSeek's frames build up. A frame's `p` and `o` stay in force for the frames after it; a batch
 * has its own, and begins with none (captures of 2026-04).
 */
export function createPatchedDocument() {
  const tree: Tree = { root: {} }
  const sticky: Sticky = { path: '', op: 'SET' }
  return {
    /** Applies one frame and tells what it changed, in order. */
    apply(frame: JsonObject): readonly Change[] {
      const changes: Change[] = []
      applyPatch(tree, frame, { base: [], sticky, changes, depth: 0 })
      return changes
    },
    /** What has been built up under `response`. */
    response(): JsonObject {
      const value = isJsonObject(tree.root) ? tree.root.response : undefined
      return isJsonObject(value) ? value : {}
    },
  }
}

type Tree = { root: unknown }

type Applying = {
  readonly base: readonly string[]
  readonly sticky: Sticky
  readonly changes: Change[]
  readonly depth: number
}

function applyPatch(tree: Tree, patch: JsonObject, applying: Applying): void {
  const { base, sticky, changes, depth } = applying
  if (typeof patch.p === 'string') sticky.path = patch.p
  if (isOp(patch.o)) sticky.op = patch.o
  const { v } = patch
  if (v === undefined) return
  const steps = [...base, ...sticky.path.split('/').filter((step) => step !== '')]
  if (sticky.op !== 'BATCH') return write(tree, { steps, op: sticky.op, value: v, changes })
  if (!Array.isArray(v) || depth >= DEEPEST_BATCH) return
  const inner = { base: steps, sticky: { path: '', op: 'SET' } as Sticky, changes, depth: depth + 1 }
  for (const one of v) if (isJsonObject(one)) applyPatch(tree, one, inner)
}

type Writing = {
  readonly steps: readonly string[]
  readonly op: 'SET' | 'APPEND'
  readonly value: JsonValue
  readonly changes: Change[]
}

function write(tree: Tree, { steps, op, value, changes }: Writing): void {
  const last = steps.at(-1)
  if (last === undefined) {
    if (op !== 'SET' || !isJsonObject(value)) return
    changes.push({ path: [], op, value, before: tree.root })
    tree.root = copyOf(value)
    return
  }
  const place = walk(tree, steps.slice(0, -1))
  const key = place && keyIn(place.branch, last)
  if (place === undefined || key === undefined) return
  const before = read(place.branch, key)
  put(place.branch, key, op === 'SET' ? copyOf(value) : joined(before, value))
  changes.push({ path: [...place.path, key], op, value, before })
}

type Place = { readonly branch: Branch; readonly path: readonly (string | number)[] }

/** The object or list at a path, made where it is missing; undefined where an index leads nowhere. */
function walk(tree: Tree, steps: readonly string[]): Place | undefined {
  if (!isBranch(tree.root)) return undefined
  let place: Place = { branch: tree.root, path: [] }
  for (const step of steps) {
    const next = enter(place, step)
    if (next === undefined) return undefined
    place = next
  }
  return place
}

function enter({ branch, path }: Place, step: string): Place | undefined {
  const key = keyIn(branch, step)
  if (key === undefined) return undefined
  const found = read(branch, key)
  if (isBranch(found)) return { branch: found, path: [...path, key] }
  if (Array.isArray(branch)) return undefined
  const made = {}
  put(branch, key, made)
  return { branch: made, path: [...path, key] }
}

/** Later patches change the tree in place; what a change told of must stay as it was. */
function copyOf(value: JsonValue): unknown {
  return isBranch(value) ? structuredClone(value) : value
}

function isOp(value: unknown): value is Op {
  return value === 'SET' || value === 'APPEND' || value === 'BATCH'
}

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null
}

/** A step as a key of its branch: an index from the end becomes one from the start. */
function keyIn(branch: Branch, step: string): string | number | undefined {
  if (!Array.isArray(branch)) return step === '__proto__' ? undefined : step
  if (!/^-?\d{1,6}$/.test(step)) return undefined
  const index = Number(step) < 0 ? branch.length + Number(step) : Number(step)
  return index >= 0 && index <= branch.length ? index : undefined
}

function read(branch: Branch, key: string | number): unknown {
  if (Array.isArray(branch)) return branch[Number(key)]
  return Object.hasOwn(branch, key) ? branch[key] : undefined
}

function put(branch: Branch, key: string | number, value: unknown): void {
  if (Array.isArray(branch)) branch[Number(key)] = value
  else branch[key] = value
}

/** APPEND: text behind text, entries behind entries; what was empty is simply set. */
function joined(before: unknown, value: JsonValue): unknown {
  if (typeof before === 'string') return before + textOf(value)
  if (!Array.isArray(before)) return copyOf(value)
  return before.concat(copyOf(value))
}

/** The builds of 2025 also wrapped a text in an object. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (!isJsonObject(value)) return ''
  if (typeof value.text === 'string') return value.text
  return typeof value.content === 'string' ? value.content : ''
}
