import type { LogBodies } from '../../contract/log-entry.ts'

/** What stands for a row without bodies: a block has a line for each of its rows, in their order. */
export const NO_BODIES_LINE = ''

/** The bodies of a row as one line of JSON. */
export function writeBodyLine({ request, response, requestCut, responseCut }: LogBodies): string {
  return `[${JSON.stringify(request)},${JSON.stringify(response)},${requestCut},${responseCut}]`
}

export function readBodyLine(line: string): LogBodies | undefined {
  if (line === NO_BODIES_LINE) return undefined
  // The line is our own, written by `writeBodyLine`.
  const [request, response, requestCut, responseCut]: [string | null, string | null, boolean, boolean] =
    JSON.parse(line)
  return { request, response, requestCut, responseCut }
}
