import type { ChatRequest, ToolKind } from './chat-request.ts'
import { shortHash } from './short-hash.ts'

/** Who a tool is to the client, where that differs from the name that was sent. */
export type ToolIdentity = { readonly name: string; readonly namespace?: string; readonly kind: ToolKind }

/** The names of one request: what goes up, and the way back. No two tools share a sent name. */
export type ToolNames = {
  sent(name: string, namespace?: string): string
  /** Sent name → the client's tool, for every tool of the request. */
  readonly identities: ReadonlyMap<string, ToolIdentity>
}

type Naming = {
  readonly max: number
  readonly sent: Map<string, string>
  readonly identities: Map<string, ToolIdentity>
}

/**
 * Names every tool and every call of a request so that upstreams take it: `[a-zA-Z0-9_-]`, at most `max` long. A
 * name that is fine stays as it is; a changed one carries a hash of itself, so it is the same in each turn.
 */
export function nameTools(request: ChatRequest, max: number): ToolNames {
  const naming: Naming = { max, sent: new Map(), identities: new Map() }
  for (const identity of wantedIdentities(request)) assign(naming, identity)
  return {
    sent: (name, namespace) => naming.sent.get(keyOf(name, namespace)) ?? name,
    identities: naming.identities,
  }
}

function* wantedIdentities(request: ChatRequest): Generator<ToolIdentity> {
  for (const tool of request.tools) if (tool.kind !== 'hosted') yield identityOf(tool)
  for (const turn of request.turns) {
    for (const part of turn.parts) if (part.type === 'tool-call') yield identityOf(part)
  }
}

function identityOf(tool: { name: string; namespace?: string; kind: ToolKind }): ToolIdentity {
  const identity: ToolIdentity = { name: tool.name, kind: tool.kind }
  return tool.namespace === undefined ? identity : { ...identity, namespace: tool.namespace }
}

function assign(naming: Naming, identity: ToolIdentity): void {
  const key = keyOf(identity.name, identity.namespace)
  if (naming.sent.has(key)) return
  const name = freeName(flatName(identity), naming)
  naming.sent.set(key, name)
  naming.identities.set(name, identity)
}

function freeName(wish: string, { max, identities }: Naming): string {
  if (suits(wish, max) && !identities.has(wish)) return wish
  for (let attempt = 0; ; attempt++) {
    const tail = `_${shortHash(attempt === 0 ? wish : `${wish}#${attempt}`)}`.slice(-max)
    const name = wish.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, Math.max(0, max - tail.length)) + tail
    if (!identities.has(name)) return name
  }
}

function suits(name: string, max: number): boolean {
  return name.length <= max && /^[a-zA-Z0-9_-]+$/.test(name)
}

function flatName(identity: ToolIdentity): string {
  return identity.namespace === undefined ? identity.name : `${identity.namespace}__${identity.name}`
}

function keyOf(name: string, namespace: string | undefined): string {
  return JSON.stringify([namespace ?? null, name])
}
