import type { JsonValue } from '../../chat/json.ts'
import type { FinishReason } from '../../chat/stream-part.ts'
import type { Telling } from '../filter.test-support.ts'

/** One way in which a model answers, and what the client gets of it. What is absent is nothing; `finish` follows from it. */
export type Case = {
  readonly ids: string
  readonly title: string
  readonly said: string
  readonly text?: string
  readonly calls?: readonly { readonly name: string; readonly arguments: JsonValue }[]
  readonly thinking?: string
  readonly finish?: FinishReason
  /** What the log says of the block that was left out. */
  readonly note?: RegExp
  readonly telling?: Telling
}

export const call = (name: string, args: JsonValue) => ({ name, arguments: args })
export const brest = call('get_tide', { port: 'Brest' })
export const note = (fields: Record<string, JsonValue>) =>
  call('save_note', { path: 'a.md', body: 'b', ...fields })

/** A block in the form that the prompt asks for. */
export const block = (name: string, parameters: string) =>
  `<tool_calls>\n<invoke name="${name}">\n${parameters}</invoke>\n</tool_calls>`
export const cdata = (name: string, value: string) =>
  `<parameter name="${name}"><![CDATA[${value}]]></parameter>\n`
export const bare = (name: string, value: string) => `<parameter name="${name}">${value}</parameter>\n`
export const BREST = block('get_tide', cdata('port', 'Brest'))
export const saving = (parameters: string) =>
  block('save_note', cdata('path', 'a.md') + cdata('body', 'b') + parameters)
/** DSML with its marks as one writes them. */
export const dsml = (open: (word: string) => string, close: (word: string) => string) =>
  `<${open('tool_calls')}><${open('invoke')} name="get_tide"><${open('parameter')} name="port"><![CDATA[Brest]]></${close('parameter')}></${close('invoke')}></${close('tool_calls')}>`
export const marked = (mark: string) =>
  dsml(
    (word) => mark + word,
    (word) => mark + word,
  )

export const TR = '<<CALL_k3vq9x2m>>'
export const TRIGGERED = `${TR}\n<invoke name="get_tide">{"port":"Brest"}</invoke>`
export const hermes = (json: string) => `<tool_call>${json}</tool_call>`
export const asked = (arguments_: string) => hermes(`{"name":"get_tide","arguments":${arguments_}}`)
export const EXAMPLE =
  'Use it so:\n<tool_calls>\n<invoke name="ping">\n</invoke>\n</tool_calls>\nthat is all.'
export const thinkingOn: Telling = { options: { wantsThinking: true, exposeReasoning: true } }
