const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** Paths of keys that could reach an object's prototype; settings with one of them are refused whole. */
export function findForbiddenKeys(value: unknown): string[] {
  const found: string[] = []
  const waiting: { value: unknown; path: string }[] = [{ value, path: '' }]
  const seen = new Set<object>()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null || seen.has(next.value)) continue
    seen.add(next.value)
    for (const [key, child] of Object.entries(next.value)) {
      const path = Array.isArray(next.value) ? `${next.path}[${key}]` : joinPath(next.path, key)
      if (FORBIDDEN.has(key)) found.push(path)
      waiting.push({ value: child, path })
    }
  }
  return found
}

export function joinPath(parent: string, key: string): string {
  return parent === '' ? key : `${parent}.${key}`
}
