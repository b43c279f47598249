import { escapeLine } from '../request-log/escape-line.ts'

/** Rows as aligned columns; the last column is not padded, so that lines do not end in spaces. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => escapeLine(cell === null ? '–' : String(cell))),
  )
  const widths = head.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

/** Code points: near enough to columns for names and numbers. */
const widthOf = (text: string): number => [...text].length
