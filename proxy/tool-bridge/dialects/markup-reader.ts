import {
  type BlockReader,
  type BlockReading,
  type RawCall,
  type RawField,
  skipBlank,
  type Taken,
} from './dialect.ts'
import { attribute, lastTags, readTag, type Tag } from './tags.ts'

const CDATA = '<![CDATA['
const CDATA_END = ']]>'

/** Where the reader stands. `closing`: behind a `]]>` that may be the section's end or a piece of its content. */
type Mode = 'between' | 'call' | 'body' | 'value' | 'section' | 'closing' | 'tail' | 'over'

type Value = { readonly name: string; isText: boolean; isBlank: boolean; readonly pieces: string[] }

type Reading = {
  readonly isWrapped: boolean
  readonly calls: RawCall[]
  mode: Mode
  call: { readonly name: string | undefined; readonly fields: RawField[] } | undefined
  value: Value | undefined
  /** What stands between a `]]>` and whatever tells what it was. */
  doubtful: string[]
  /** Nothing has followed the call's tag yet: JSON may, instead of parameters. */
  mayBeBody: boolean
  /** A JSON body is read with its strings, which may hold any tag. */
  isInString: boolean
  isEscaped: boolean
  problem: string | undefined
}

/**
 * Reads `<invoke>` elements with `<parameter>`s or a JSON body, up to the end of their wrapper. Text in CDATA may hold
 * anything, our own markers included; a `]]>` ends it only where one of our tags follows.
 */
export function createMarkupReader({ isWrapped }: { readonly isWrapped: boolean }): BlockReader {
  const reading: Reading = {
    isWrapped,
    calls: [],
    mode: 'between',
    call: undefined,
    value: undefined,
    doubtful: [],
    mayBeBody: false,
    isInString: false,
    isEscaped: false,
    problem: undefined,
  }
  return {
    push: (text) => pushText(reading, text),
    end: (rest) => endReading(reading, rest),
  }
}

function pushText(reading: Reading, text: string): Taken {
  let at = 0
  for (;;) {
    if (reading.mode === 'over') return { taken: at, isOver: true }
    const next = step(reading, text, at)
    if (next === undefined) return { taken: text.length, isOver: false }
    if (next.isWaiting) return { taken: next.at, isOver: false }
    at = next.at
  }
}

type Step = { readonly at: number; readonly isWaiting?: true } | undefined

/** One piece of the block; undefined where the text is used up. */
function step(reading: Reading, text: string, at: number): Step {
  if (at >= text.length) return undefined
  switch (reading.mode) {
    case 'section':
      return stepSection(reading, text, at)
    case 'closing':
      return stepClosing(reading, text, at)
    case 'body':
      return stepBody(reading, text, at)
    case 'tail':
      return stepTail(reading, text, at)
    default:
      return stepMarkup(reading, text, at)
  }
}

function stepSection(reading: Reading, text: string, at: number): Step {
  const end = text.indexOf(CDATA_END, at)
  if (end >= 0) {
    reading.value?.pieces.push(text.slice(at, end))
    reading.mode = 'closing'
    reading.doubtful = [CDATA_END]
    return { at: end + CDATA_END.length }
  }
  const safe = Math.max(at, text.length - (CDATA_END.length - 1))
  reading.value?.pieces.push(text.slice(at, safe))
  return { at: safe, isWaiting: true }
}

function stepClosing(reading: Reading, text: string, at: number): Step {
  const next = skipBlank(text, at)
  reading.doubtful.push(text.slice(at, next))
  if (next === text.length) return undefined
  const tag = readTag(text, next)
  const isSection = text.startsWith(CDATA, next)
  if (tag === 'maybe' || (!isSection && CDATA.startsWith(text.slice(next))))
    return { at: next, isWaiting: true }
  if (isSection || (tag !== 'none' && tag.isClosing && tag.word === 'parameter')) {
    reading.mode = 'value'
    return isSection ? openSection(reading, next) : { at: next }
  }
  // The section's own text holds a `]]>`.
  reading.value?.pieces.push(...reading.doubtful)
  reading.mode = 'section'
  return { at: next }
}

function openSection(reading: Reading, at: number): Step {
  reading.mode = 'section'
  if (reading.value !== undefined) reading.value.isText = true
  return { at: at + CDATA.length }
}

function stepMarkup(reading: Reading, text: string, at: number): Step {
  if (reading.mayBeBody && isBody(reading, text, at)) {
    reading.mode = 'body'
    reading.value = { name: '', isText: false, isBlank: true, pieces: [] }
    return { at }
  }
  const next = text.indexOf('<', at)
  keep(reading, text.slice(at, next < 0 ? text.length : next))
  if (next < 0) return undefined
  if (reading.mode === 'value' && mayBeginSection(reading.value)) {
    if (text.startsWith(CDATA, next)) {
      reading.value?.pieces.splice(0)
      return openSection(reading, next)
    }
    if (CDATA.startsWith(text.slice(next))) return { at: next, isWaiting: true }
  }
  const tag = readTag(text, next)
  if (tag === 'maybe') return { at: next, isWaiting: true }
  if (tag === 'none' || !takeTag(reading, tag)) {
    keep(reading, '<')
    return { at: next + 1 }
  }
  return { at: next + tag.length }
}

function keep(reading: Reading, text: string): void {
  const { value } = reading
  if (reading.mode !== 'value' || value === undefined || text === '') return
  value.pieces.push(text)
  value.isBlank &&= text.trim() === ''
}

/** Only at its beginning, or behind another section, is a CDATA section one; elsewhere it is content. */
function mayBeginSection(value: Value | undefined): boolean {
  return value?.isBlank === true && !value.isText
}

/** JSON instead of parameters: what first follows the call's tag decides. */
function isBody(reading: Reading, text: string, at: number): boolean {
  const first = text[skipBlank(text, at)]
  reading.mayBeBody = first === undefined
  return first === '{' || first === '[' || first === '"'
}

/** Goes where the tag leads; false where it is content. */
function takeTag(reading: Reading, tag: Tag): boolean {
  if (reading.mode === 'value') {
    if (tag.word !== 'parameter' || !tag.isClosing) return false
    closeValue(reading)
    return true
  }
  if (tag.word === 'invoke') return takeInvoke(reading, tag)
  if (tag.word === 'parameter') return takeParameter(reading, tag)
  if (isWrapper(tag) && tag.isClosing) closeWrapper(reading)
  return true
}

function takeInvoke(reading: Reading, tag: Tag): true {
  if (tag.isClosing) {
    closeCall(reading)
    return true
  }
  if (reading.call !== undefined) reading.problem ??= 'a call was not closed'
  reading.call = { name: attribute(tag.attributes, 'name'), fields: [] }
  reading.mode = 'call'
  reading.mayBeBody = true
  if (tag.isSelfClosing) closeCall(reading)
  return true
}

function takeParameter(reading: Reading, tag: Tag): true {
  if (tag.isClosing || reading.call === undefined) return true
  const name = attribute(tag.attributes, 'name')
  if (name === undefined) reading.problem ??= 'a parameter has no name'
  const isText = attribute(tag.attributes, 'string') === 'true'
  reading.value = { name: name ?? '', isText, isBlank: true, pieces: [] }
  reading.mode = 'value'
  if (tag.isSelfClosing) closeValue(reading)
  return true
}

function isWrapper(tag: Tag): boolean {
  return tag.word === 'tool_calls' || tag.word === 'function_calls'
}

function closeValue(reading: Reading): void {
  const { value, call } = reading
  if (value !== undefined)
    call?.fields.push({ name: value.name, text: value.pieces.join(''), isText: value.isText })
  reading.value = undefined
  reading.mode = 'call'
}

function closeCall(reading: Reading): void {
  const { call, isWrapped, value } = reading
  if (call?.name === undefined) reading.problem ??= 'a call has no name'
  else if (reading.mode === 'body')
    reading.calls.push({ name: call.name, said: { kind: 'json', text: value?.pieces.join('') ?? '' } })
  else reading.calls.push({ name: call.name, said: { kind: 'fields', fields: call.fields } })
  reading.call = undefined
  reading.value = undefined
  reading.mayBeBody = false
  reading.mode = isWrapped ? 'between' : 'over'
}

/** A wrapper that ends inside a call is no call at all; the closing tags behind it go with it. */
function closeWrapper(reading: Reading): void {
  if (reading.call !== undefined) reading.problem ??= 'a call was not closed'
  reading.mode = reading.problem === undefined ? 'over' : 'tail'
}

function stepTail(reading: Reading, text: string, at: number): Step {
  const next = skipBlank(text, at)
  if (next === text.length) return undefined
  const tag = readTag(text, next)
  if (tag === 'maybe') return { at: next, isWaiting: true }
  if (tag !== 'none' && tag.isClosing) return { at: next + tag.length }
  reading.mode = 'over'
  return { at: next }
}

const IN_STRING = /["\\]/g
const OUT_OF_STRING = /["<]/g

function stepBody(reading: Reading, text: string, at: number): Step {
  if (reading.isEscaped) {
    reading.isEscaped = false
    reading.value?.pieces.push(text.slice(at, at + 1))
    return { at: at + 1 }
  }
  const stops = reading.isInString ? IN_STRING : OUT_OF_STRING
  stops.lastIndex = at
  const found = stops.exec(text)
  reading.value?.pieces.push(text.slice(at, found === null ? text.length : found.index))
  if (found === null) return undefined
  const tag = found[0] === '<' ? readTag(text, found.index) : 'none'
  if (tag === 'maybe') return { at: found.index, isWaiting: true }
  if (tag !== 'none' && tag.isClosing && tag.word !== 'parameter') {
    if (tag.word === 'invoke') closeCall(reading)
    else closeWrapper(reading)
    return { at: found.index + tag.length }
  }
  reading.value?.pieces.push(found[0])
  if (found[0] === '"') reading.isInString = !reading.isInString
  reading.isEscaped = found[0] === '\\'
  return { at: found.index + 1 }
}

function endReading(reading: Reading, rest: string): BlockReading {
  if (reading.mode === 'section' || reading.mode === 'closing') mendSection(reading, rest)
  const { problem, mode, isWrapped, calls } = reading
  if (problem !== undefined) return { kind: 'broken', problem, isCut: false }
  const isWhole = mode === 'over' || (isWrapped && mode === 'between' && rest.trim() === '')
  if (isWhole && calls.length > 0) return { kind: 'calls', calls }
  if (mode === 'between' && calls.length > 0 && isWrapped && rest.startsWith('<'))
    return { kind: 'calls', calls }
  return {
    kind: 'broken',
    problem: 'the answer ended inside a call',
    isCut: mode !== 'value' || !endsClosed(reading, rest),
  }
}

/** `</parameter></invoke></tool_calls>` stands there, but the CDATA section before it was never closed. */
function mendSection(reading: Reading, rest: string): void {
  const { value } = reading
  if (value === undefined) return
  if (reading.mode === 'closing') value.pieces.push(...reading.doubtful)
  const text = value.pieces.join('') + rest
  const tail = lastTags(text)
  const first = tail === undefined ? undefined : readTag(tail.trimStart(), 0)
  if (tail === undefined || typeof first !== 'object' || first.word !== 'parameter') return
  value.pieces.splice(0, value.pieces.length, text.slice(0, text.length - tail.length))
  closeValue(reading)
  pushText(reading, tail.trimStart().slice(first.length))
}

function endsClosed({ value }: Reading, rest: string): boolean {
  const tail = lastTags((value?.pieces.join('') ?? '') + rest)
  return tail !== undefined && /(?:invoke|calls)[|｜‖]*>\s*$/i.test(tail)
}
