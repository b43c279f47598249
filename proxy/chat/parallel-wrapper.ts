import { isJsonObject } from './json.ts'
import { parseJson, pickObject, pickRecords, pickText } from './pick-fields.ts'

type InnerCall = { readonly id: string; readonly name: string; readonly argumentsText: string }

/** OpenAI's models sometimes call this tool of their own, which no client has declared (seen 2026-08). */
export function isParallelWrapper(name: string): boolean {
  return name === 'parallel' || name === 'multi_tool_use.parallel' || name === 'multi_tool_use_parallel'
}

/** The calls inside a wrapper's arguments. */
export function unwrapParallel(id: string, argumentsText: string): readonly InnerCall[] {
  const value = parseJson(argumentsText)
  return pickRecords(isJsonObject(value) ? value : undefined, 'tool_uses').flatMap((use, index) => {
    const name = pickText(use, 'recipient_name')?.replace(/^functions\./, '')
    if (name === undefined) return []
    return [
      { id: `${id}_${index}`, name, argumentsText: JSON.stringify(pickObject(use, 'parameters') ?? {}) },
    ]
  })
}
