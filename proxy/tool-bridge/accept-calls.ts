import type { ToolKind } from '../chat/chat-request.ts'
import { unwrapCustomInput } from '../chat/custom-tool.ts'
import type { DeclaredTool, DeclaredTools } from './declared-tools.ts'
import type { RawCall } from './dialects/dialect.ts'
import { makeArguments } from './make-arguments.ts'

/** A call that the client may carry out. */
export type AcceptedCall = {
  readonly name: string
  readonly namespace?: string
  readonly kind: ToolKind
  readonly argumentsText: string
}

const LONGEST_NAME = 64

/** All calls of a block, or why none of them is made. */
export function acceptCalls(
  raw: readonly RawCall[],
  tools: DeclaredTools,
): { readonly calls: readonly AcceptedCall[] } | { readonly problem: string } {
  const calls: AcceptedCall[] = []
  for (const { name, said } of raw) {
    const tool = tools.find(name)
    if (tool === undefined)
      return { problem: `a call of "${name.slice(0, LONGEST_NAME)}", which is not declared` }
    const made = makeArguments(said, tool)
    if ('problem' in made) return { problem: `a call of "${tool.name}": ${made.problem}` }
    calls.push(acceptedCall(tool, JSON.stringify(made.value)))
  }
  return { calls }
}

function acceptedCall({ name, namespace, kind }: DeclaredTool, text: string): AcceptedCall {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    kind,
    argumentsText: kind === 'custom' ? unwrapCustomInput(text) : text,
  }
}
