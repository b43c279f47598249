import fc, { type Arbitrary } from 'fast-check'

/** One thing that a client may get wrong, at one place of a request. */
export type Mutation = {
  readonly kind: (typeof KINDS)[number]
  /** Which place: counted through all fields and list entries of the body. */
  readonly place: number
  /** Which of the kind's values. */
  readonly choice: number
}

const KINDS = [
  'none',
  'drop',
  'null',
  'other-type',
  'boundary',
  'extra-key',
  'huge-text',
  'odd-text',
  'twin-key',
  'repeat',
  'deep',
  'odd-number',
  'cut-text',
  'odd-byte',
] as const

export const mutation: Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(...KINDS),
  place: fc.nat(400),
  choice: fc.nat(40),
})

const OTHER_TYPES: readonly unknown[] = [
  7,
  'text',
  true,
  {},
  [],
  [[]],
  [null],
  { type: 'text' },
  [{}],
  { type: 7 },
  ['x'],
]
const BOUNDARIES: readonly unknown[] = [-1, 0, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, '', [], {}, false]
const EXTRA_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'x_vendor',
  '',
  'type',
  'ключ',
  '\u0000',
  'length',
]
const ODD_TEXTS = [
  '\ud800',
  'a\udc00b',
  '\u0000',
  '\u202egnp',
  '👩‍👩‍👧‍👦',
  'e\u0301'.repeat(50),
  '\u2028\u2029',
  '\ufeff',
  '\r\n\r\ndata: {"x":1}\n\n',
  'data:;base64,',
  'data:image/png;base64',
  'data:,',
  'data:,\ud800',
  'http://',
  '%',
  '__proto__',
]
const ODD_NUMBERS = ['1e999', '-1e999', '-0', '1E400', '0.1e-999', '123456789012345678901234567890']
const HUGE = 'A'.repeat(60_000)

type Place = { readonly holder: Record<string, unknown>; readonly key: string }

/** The text of the request with the one fault in it. */
export function mutate(body: unknown, { kind, place, choice }: Mutation): Buffer {
  const copy = structuredClone(body)
  const places = placesOf(copy)
  const at = places[place % places.length]!
  switch (kind) {
    case 'none':
      return textOf(copy)
    case 'drop':
      if (Array.isArray(at.holder)) at.holder.splice(Number(at.key), 1)
      else delete at.holder[at.key]
      return textOf(copy)
    case 'null':
      at.holder[at.key] = null
      return textOf(copy)
    case 'other-type':
      at.holder[at.key] = pick(OTHER_TYPES, choice)
      return textOf(copy)
    case 'boundary':
      at.holder[at.key] = pick(BOUNDARIES, choice)
      return textOf(copy)
    case 'huge-text':
      at.holder[at.key] = HUGE
      return textOf(copy)
    case 'odd-text':
      at.holder[at.key] = pick(ODD_TEXTS, choice)
      return textOf(copy)
    case 'repeat':
      if (Array.isArray(at.holder)) at.holder.push(structuredClone(at.holder[Number(at.key)]))
      return textOf(copy)
    case 'cut-text':
      return cut(textOf(copy), place)
    case 'odd-byte':
      return withOddByte(textOf(copy), place, choice)
    default:
      return atTextLevel(copy, at, kind, choice)
  }
}

const MARK = '⚓mark⚓'

/** What `JSON.stringify` would never write: keys twice, `__proto__` as a key, numbers out of range, deep nesting. */
function atTextLevel(
  copy: unknown,
  at: Place,
  kind: 'extra-key' | 'twin-key' | 'deep' | 'odd-number',
  choice: number,
): Buffer {
  const value = JSON.stringify(pick(OTHER_TYPES, choice))
  if (kind === 'extra-key' || kind === 'twin-key') {
    const target = Array.isArray(at.holder) ? (copy as Record<string, unknown>) : at.holder
    target[MARK] = 0
    const key = kind === 'twin-key' && !Array.isArray(at.holder) ? at.key : pick(EXTRA_KEYS, choice)
    return Buffer.from(JSON.stringify(copy).replace(`"${MARK}":0`, () => `${JSON.stringify(key)}:${value}`))
  }
  at.holder[at.key] = MARK
  const depth = 20 + choice * 4
  const written = kind === 'deep' ? '['.repeat(depth) + ']'.repeat(depth) : pick(ODD_NUMBERS, choice)
  return Buffer.from(JSON.stringify(copy).replace(`"${MARK}"`, () => written))
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])])
}

function textOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function cut(text: Buffer, place: number): Buffer {
  return text.subarray(0, (place * 7919) % text.length)
}

function withOddByte(text: Buffer, place: number, choice: number): Buffer {
  text[(place * 7919) % text.length] = pick([0x00, 0x0a, 0x22, 0x5c, 0x7b, 0x80, 0xc0, 0xff], choice)
  return text
}

function pick<T>(values: readonly T[], choice: number): T {
  return values[choice % values.length]!
}
