import { isJsonObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { BlockReading, RawCall, Said } from './dialects/dialect.ts'
import { parseLoosely } from './parse-loosely.ts'

const NAMES = ['name', 'tool', 'tool_name', 'function', 'type'] as const
const ARGUMENTS = ['arguments', 'parameters', 'params', 'input', 'args'] as const
const LISTS = ['tool_calls', 'function_calls', 'calls', 'tool_call'] as const
const DEEPEST = 8

/** The calls in JSON text: one object or several, with the field names that models mix up. */
export function readJsonCalls(text: string): BlockReading {
  const parsed = parseLoosely(text)
  if (parsed === undefined) return { kind: 'broken', problem: 'the call is not JSON', isCut: false }
  const calls = callsIn(parsed.value, 0)
  if (calls === undefined || calls.length === 0)
    return { kind: 'broken', problem: 'the JSON is not a call', isCut: false }
  return { kind: 'calls', calls }
}

/** Undefined where one of the values is no call: a batch is whole or nothing. */
export function callsIn(value: JsonValue, depth: number): readonly RawCall[] | undefined {
  if (depth > DEEPEST) return undefined
  if (Array.isArray(value)) {
    const calls = value.map((entry) => callsIn(entry, depth + 1))
    return calls.every((each) => each !== undefined) ? calls.flat() : undefined
  }
  if (!isJsonObject(value)) return undefined
  const list = LISTS.find((name) => typeof value[name] === 'object' && value[name] !== null)
  if (list !== undefined) return callsIn(value[list] ?? [], depth + 1)
  const call = callOf(value)
  return call === undefined ? undefined : [call]
}

function callOf(object: JsonObject): RawCall | undefined {
  // OpenAI's own form: the name and the arguments stand inside `function`.
  if (isJsonObject(object.function)) return callOf(object.function)
  const nameField = NAMES.find((name) => typeof object[name] === 'string' && object[name] !== 'function')
  const argumentsField = ARGUMENTS.find((name) => object[name] !== undefined)
  const name = nameField === undefined ? undefined : object[nameField]
  const given = argumentsField === undefined ? undefined : object[argumentsField]
  if (isJsonObject(object.name) && typeof given === 'string')
    return { name: given, said: { kind: 'value', value: object.name } }
  if (typeof name !== 'string') return undefined
  return { name, said: given === undefined ? spilled(object, nameField) : saidBy(given) }
}

function saidBy(given: JsonValue): Said {
  return typeof given === 'string' ? { kind: 'json', text: given } : { kind: 'value', value: given ?? {} }
}

/** The arguments stand beside the name. */
function spilled(object: JsonObject, nameField: string | undefined): Said {
  const isOurs = (field: string) =>
    field === nameField || field === 'id' || (field === 'type' && object.type === 'function')
  const fields = Object.entries(object).filter(([field]) => !isOurs(field))
  return { kind: 'value', value: Object.fromEntries(fields) }
}
