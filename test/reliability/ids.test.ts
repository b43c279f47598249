import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROWS } from '../faults/matrix.ts'
import { IDS } from './ids.ts'

const ROOT = join(import.meta.dirname, '../..')
const DOCUMENT = join(ROOT, 'docs/reliability.md')
const FOLDERS = ['app', 'contract', 'proxy', 'renderer', 'test']
const MATRIX = 'test/faults/matrix.test.ts'

/** Every test file, in the order of its path. */
function testFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(test|e2e)\.tsx?$/.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  )
    .filter((path) => !path.includes('node_modules'))
    .sort()
}

/** Id → the files whose tests name it in a title. Comments do not count. */
function findProofs(): Map<string, Set<string>> {
  const proofs = new Map<string, Set<string>>()
  const add = (id: string, path: string) => proofs.set(id, (proofs.get(id) ?? new Set()).add(path))
  for (const row of ROWS) {
    add(`FM-${row.number}`, MATRIX)
    for (const [id] of JSON.stringify(row).matchAll(/\bREL-\d+\b/g)) add(id, MATRIX)
  }
  for (const path of testFiles()) {
    if (path === 'test/reliability/ids.test.ts') continue
    for (const line of readFileSync(join(ROOT, path), 'utf8').split('\n')) {
      if (/^\s*(\/\/|\*|\/\*)/.test(line)) continue
      for (const [id] of line.matchAll(/\b(?:REL|FM)-\d+\b/g)) add(id, path)
    }
  }
  return proofs
}

function printDocument(proofs: ReadonlyMap<string, ReadonlySet<string>>): string {
  const rows = IDS.map(([id, promise]) => {
    const files = [...(proofs.get(id) ?? [])].map((path) => `\`${path}\``).join(', ')
    return `| ${id} | ${promise} | ${files} |`
  })
  return `# What Portside promises, and which tests prove it

REL is a promise, FM a row of the fault matrix; [faults.md](faults.md) shows what a client sees of each.
Printed by \`PORTSIDE_WRITE_DOCS=1 npx vitest run test/reliability/ids.test.ts\` from the titles of the tests.

| Id | Promise | Proved by |
| --- | --- | --- |
${rows.join('\n')}
`
}

describe('Every promise', () => {
  const proofs = findProofs()

  it('is proved by a test that names it', () => {
    expect(IDS.map(([id]) => id).filter((id) => !proofs.has(id))).toEqual([])
  })

  it('that has a number has words: no test names an id that is not one', () => {
    const known = new Set(IDS.map(([id]) => id))
    expect([...proofs.keys()].filter((id) => !known.has(id))).toEqual([])
  })

  it('stands in the document as it is', () => {
    const text = printDocument(proofs)
    if (process.env.PORTSIDE_WRITE_DOCS) writeFileSync(DOCUMENT, text)
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(text)
  })
})
