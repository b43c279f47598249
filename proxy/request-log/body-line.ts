import type { LogBodies } from '../../contract/log-entry.ts'

/** The bodies of a row as one line of JSON; `quotedId` is the id as its JSON text. */
export function writeBodyLine(quotedId: string, bodies: LogBodies): string {
  const { request, response, requestCut, responseCut } = bodies
  return `[${quotedId},${JSON.stringify(request)},${JSON.stringify(response)},${requestCut},${responseCut}]`
}

/** Looks for the bodies of a row among the lines of a block. */
export function findBodies(lines: string, id: string): LogBodies | undefined {
  const beginning = `[${JSON.stringify(id)},`
  const line = lines.split('\n').findLast((each) => each.startsWith(beginning))
  return line === undefined ? undefined : readBodyLine(line)
}

export function bodiesAreOf(line: string, quotedIds: ReadonlySet<string>): boolean {
  // The first quote after the one that begins the id, and is not escaped, ends it.
  return quotedIds.has(/"(?:[^"\\]|\\.)*"/.exec(line)?.[0] ?? '')
}

function readBodyLine(line: string): LogBodies {
  // The line is our own, written by `writeBodyLine`.
  const [, request, response, requestCut, responseCut]: [
    string,
    string | null,
    string | null,
    boolean,
    boolean,
  ] = JSON.parse(line)
  return { request, response, requestCut, responseCut }
}
