import { printableBody } from '../text/printable.ts'

/** Indents a body that is JSON; anything else, an event stream say, stays as it came. */
export function readableBody(body: string): string {
  return printableBody(indented(body))
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    // Not JSON, or cut in the middle.
    return body
  }
}
