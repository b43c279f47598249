/** A Markdown table. The first columns are text, the others are numbers and stand at the right. */
export function writeTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns = 1,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (index < textColumns ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

/** Three significant digits, or whole where it is 100 and more; a dash for what was not measured. */
export function writeNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-GB')
  return String(Number(value.toPrecision(3)))
}

/** A ratio with two decimals, or one where it is large; a dash for what was not measured. */
export function writeRatio(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : `${value.toFixed(value >= 10 ? 1 : 2)}×`
}
