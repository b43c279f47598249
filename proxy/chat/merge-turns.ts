import type { Part, Turn } from './chat-request.ts'

/** Joins neighbours of one role and leaves out turns without parts. */
export function mergeTurns(turns: readonly Turn[]): readonly Turn[] {
  const merged: { role: Turn['role']; parts: Part[] }[] = []
  for (const turn of turns) {
    if (turn.parts.length === 0) continue
    const last = merged.at(-1)
    if (last?.role === turn.role) last.parts.push(...turn.parts)
    else merged.push({ role: turn.role, parts: [...turn.parts] })
  }
  return merged
}
