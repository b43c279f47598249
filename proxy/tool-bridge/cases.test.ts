import { describe, expect, it } from 'vitest'
import type { Case } from './cases/case.test-support.ts'
import { CONTENT_CASES, PROSE_CASES } from './cases/content-cases.test-support.ts'
import { JSON_CASES } from './cases/json-cases.test-support.ts'
import { MARKUP_CASES, TRIGGER_CASES } from './cases/markup-cases.test-support.ts'
import { SCHEMA_CASES, THINKING_CASES } from './cases/policy-cases.test-support.ts'
import { everyCut, tell } from './filter.test-support.ts'

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  'a trigger before the call': TRIGGER_CASES,
  'markup and DSML (P-121)': MARKUP_CASES,
  'all kinds of content': CONTENT_CASES,
  'fences, prose and near misses (P-122)': PROSE_CASES,
  'JSON in its many forms (P-121)': JSON_CASES,
  'schema and policy': SCHEMA_CASES,
  thoughts: THINKING_CASES,
}

describe.each(Object.entries(GROUPS))('An answer with %s', (_group, cases) => {
  it.each(cases.map((each) => [`${each.ids}: ${each.title}`, each] as const))('%s', (_title, each) => {
    const { said, text = '', calls = [], thinking = '', note, telling } = each
    const finish = each.finish ?? (calls.length > 0 ? 'tool-calls' : 'stop')
    let cuts = 0
    for (const pieces of everyCut(said)) {
      const told = tell(pieces, telling)
      const place = pieces.length === 2 ? ` (cut at ${pieces[0]?.text.length})` : ` (${pieces.length} pieces)`
      expect({ ...told, notes: told.notes.length, usage: undefined, place }).toEqual({
        text,
        calls,
        thinking,
        finish,
        notes: note === undefined ? 0 : 1,
        faults: [],
        usage: undefined,
        place,
      })
      if (note !== undefined) expect(told.notes[0]).toMatch(note)
      cuts++
    }
    expect(cuts).toBeGreaterThan(10)
  })
})
