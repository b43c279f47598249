/**
 * Knows, of a text that arrives in pieces, whether its end stands in code: inside a fence (``` or ~~~, closed only by as
 * many of the same), or inside backticks within a line.
 */
export type CodeState = {
  /** Takes the next piece. */
  advance(text: string): void
  /** At the beginning of a line, indented by three spaces at most, and in no fence. */
  readonly isLineStart: boolean
  readonly isInFence: boolean
  /** In a fence or between backticks. */
  readonly isInCode: boolean
  /** The next character stands as if on a line of its own. */
  restartLine(): void
}

type Line = {
  indent: number
  /** The run of ` or ~ that the line begins with. */
  mark: string
  length: number
  isRunOver: boolean
  /** Behind the run there is only white space, and no backtick. */
  isRestBlank: boolean
  hasTick: boolean
  hasContent: boolean
  /** Backticks: those just seen, and how many opened the code that is open. */
  ticks: number
  open: number
}

const DEEPEST_INDENT = 3
const SHORTEST_FENCE = 3

export function createCodeState(): CodeState {
  let line = newLine()
  let fence: { readonly mark: string; readonly length: number } | undefined

  function endLine(): void {
    if (line.length >= SHORTEST_FENCE) {
      if (fence === undefined) {
        if (line.mark === '~' || !line.hasTick) fence = { mark: line.mark, length: line.length }
      } else if (line.mark === fence.mark && line.length >= fence.length && line.isRestBlank)
        fence = undefined
    }
    line = newLine()
  }
  return {
    advance(text) {
      let at = 0
      while (at < text.length) {
        const end = text.indexOf('\n', at)
        advanceLine(line, text.slice(at, end < 0 ? text.length : end))
        if (end < 0) return
        endLine()
        at = end + 1
      }
    },
    get isLineStart() {
      return fence === undefined && !line.hasContent && line.indent <= DEEPEST_INDENT
    },
    get isInFence() {
      return fence !== undefined
    },
    get isInCode() {
      return fence !== undefined || isOpen(line)
    },
    restartLine() {
      line = newLine()
    },
  }
}

function newLine(): Line {
  return {
    indent: 0,
    mark: '',
    length: 0,
    isRunOver: false,
    isRestBlank: true,
    hasTick: false,
    hasContent: false,
    ticks: 0,
    open: 0,
  }
}

function advanceLine(line: Line, text: string): void {
  const at = line.hasContent ? 0 : advanceIndent(line, text)
  if (at === text.length) return
  advanceRest(line, text.slice(line.isRunOver ? at : advanceRun(line, text, at)))
}

/** Gives where the line's content begins. */
function advanceIndent(line: Line, text: string): number {
  let at = 0
  for (; text[at] === ' ' || text[at] === '\t'; at++) line.indent += text[at] === '\t' ? 4 : 1
  const first = text[at]
  if (first === undefined) return at
  line.hasContent = true
  if (first === '`' || first === '~') line.mark = first
  else line.isRunOver = true
  return at
}

/** Gives where the run of marks ends that the line begins with. */
function advanceRun(line: Line, text: string, from: number): number {
  let at = from
  for (; text[at] === line.mark; at++) line.length++
  if (at === text.length) return at
  line.isRunOver = true
  if (line.mark === '`') line.ticks = line.length
  return at
}

function advanceRest(line: Line, text: string): void {
  if (text === '') return
  if (line.isRestBlank) line.isRestBlank = text.trim() === ''
  if (!text.includes('`')) {
    settleTicks(line)
    return
  }
  line.hasTick = true
  for (const run of text.split(/(`+)/)) {
    if (run === '') continue
    if (run.startsWith('`')) line.ticks += run.length
    else settleTicks(line)
  }
}

/** A run of backticks is over: it opens code, or closes what as many of them opened. */
function settleTicks(line: Line): void {
  if (line.ticks === 0) return
  if (line.open === 0) line.open = line.ticks
  else if (line.open === line.ticks) line.open = 0
  line.ticks = 0
}

function isOpen({ ticks, open, mark, length, isRunOver }: Line): boolean {
  const last = isRunOver ? ticks : mark === '`' ? length : 0
  if (last === 0) return open > 0
  return open === 0 || open !== last
}
