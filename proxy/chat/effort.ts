import type { Effort, Reasoning } from './chat-request.ts'

const RISING: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** Reads an effort as clients write it; undefined for a word that is none. */
export function readEffort(word: string | undefined): Effort | undefined {
  return RISING.find((effort) => effort === word)
}

/** The effort that a thinking budget stands for. */
export function effortOfBudget(tokens: number): Effort {
  if (tokens <= 1024) return 'low'
  if (tokens <= 8192) return 'medium'
  if (tokens <= 24_576) return 'high'
  return 'xhigh'
}

/** The thinking budget that an effort stands for. */
export function budgetOfEffort(effort: Effort): number {
  switch (effort) {
    case 'none':
      return 0
    case 'minimal':
    case 'low':
      return 1024
    case 'medium':
      return 8192
    case 'high':
      return 24_576
    case 'xhigh':
      return 32_768
    case 'max':
      return 65_536
  }
}

/** The level an upstream has that is nearest to the wish, the lower one of two; undefined where it has none. */
export function nearestEffort(wish: Effort, levels: readonly Effort[]): Effort | undefined {
  const rank = RISING.indexOf(wish)
  const thinking =
    wish === 'none' ? levels.filter((level) => level === 'none') : levels.filter((level) => level !== 'none')
  let nearest: Effort | undefined
  for (const level of thinking) {
    const distance = Math.abs(RISING.indexOf(level) - rank)
    if (nearest === undefined || distance < Math.abs(RISING.indexOf(nearest) - rank)) nearest = level
  }
  return nearest
}

/** The effort that a client's wish amounts to; undefined where the model shall choose. */
export function effortOf(reasoning: Reasoning): Effort | undefined {
  if (reasoning.mode === 'off') return 'none'
  if (reasoning.effort !== undefined) return reasoning.effort
  return reasoning.budgetTokens === undefined ? undefined : effortOfBudget(reasoning.budgetTokens)
}
