import type { JsonValue } from '../chat/json.ts'
import { readArguments } from '../chat/tool-arguments.ts'

/** A call as it stands in the prompt: the name is the shown one, the arguments are JSON text. */
export type WrittenCall = { readonly name: string; readonly argumentsText: string }

/** Calls in the form that the prompt asks for. Equal calls give equal text. */
export function writeCalls(calls: readonly WrittenCall[]): string {
  return `<tool_calls>\n${calls.map(writeCall).join('\n')}\n</tool_calls>`
}

function writeCall({ name, argumentsText }: WrittenCall): string {
  const lines = Object.entries(readArguments(argumentsText)).map(
    ([parameter, value]) =>
      `<parameter name="${escapeAttribute(parameter)}">${writeValue(value)}</parameter>\n`,
  )
  return `<invoke name="${escapeAttribute(name)}">\n${lines.join('')}</invoke>`
}

/** Text in CDATA, a `]]>` inside it split over two sections; all else as JSON without any `<`. */
function writeValue(value: JsonValue | undefined): string {
  if (typeof value === 'string') return `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  return JSON.stringify(value ?? null).replaceAll('<', '\\u003c')
}

export function escapeAttribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
