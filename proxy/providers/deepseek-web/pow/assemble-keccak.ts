/**
 * Writes a WebAssembly module that permutes one Keccak-f[1600] state. Lanes are 64 bits wide, which WebAssembly has and
 * JavaScript's numbers have not; BigInt would be a hundred times slower. Step names are those of FIPS 202, section 3.2.
 *
 * The module exports `memory` and `permute(firstRound, from)`: it takes 200 bytes at `from`, applies the rounds
 * `firstRound` to 23, and leaves the state at offset 0.
 */
export function assembleKeccak(): Uint8Array<ArrayBuffer> {
  const functionType = [0x60, ...vector([[I32], [I32]]), ...vector([])]
  const body = [
    ...vector([
      [...unsigned(1), I32],
      [...unsigned(LANES * 2 + 6), I64],
    ]),
    ...permuteCode(),
    OP.end,
  ]
  const sections = [
    section(1, vector([functionType])),
    section(3, vector([[0]])),
    section(5, vector([[0, 1]])),
    section(
      7,
      vector([
        [...name('memory'), 2, 0],
        [...name('permute'), 0, 0],
      ]),
    ),
    section(10, vector([[...unsigned(body.length), ...body]])),
    section(11, vector([[0, ...i32(ROUND_CONSTANTS_AT), OP.end, ...vector(roundConstantBytes())]])),
  ]
  return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()])
}

type Code = readonly number[]

const LANES = 25
const ROUNDS = 24
/** Where the round constants lie in the module's memory; the state lies before them. */
const ROUND_CONSTANTS_AT = 256
const I32 = 0x7f
const I64 = 0x7e

const OP = {
  loop: 0x03,
  end: 0x0b,
  branchIf: 0x0d,
  getLocal: 0x20,
  setLocal: 0x21,
  i64Load: 0x29,
  i64Store: 0x37,
  i32Const: 0x41,
  i64Const: 0x42,
  i32LessUnsigned: 0x49,
  i32Add: 0x6a,
  i32ShiftLeft: 0x74,
  i64And: 0x83,
  i64Xor: 0x85,
  i64RotateLeft: 0x89,
} as const

const NO_RESULT = 0x40
const ALIGNED_TO_8 = 3

// Locals by number: the two parameters, then what the function declares.
const ROUND = 0
const FROM = 1
const ROUND_ADDRESS = 2
const laneA = (index: number) => 3 + index
const laneB = (index: number) => 3 + LANES + index
const parity = (x: number) => 3 + 2 * LANES + x
const EFFECT = 3 + 2 * LANES + 5

function permuteCode(): Code {
  const lanes = range(LANES)
  return [
    ...lanes.flatMap((lane) =>
      set(laneA(lane), [...get(FROM), OP.i64Load, ALIGNED_TO_8, ...unsigned(lane * 8)]),
    ),
    OP.loop,
    NO_RESULT,
    ...theta(),
    ...rhoAndPi(),
    ...chi(),
    ...iota(),
    ...set(ROUND, [...get(ROUND), ...i32(1), OP.i32Add]),
    ...[...get(ROUND), ...i32(ROUNDS), OP.i32LessUnsigned, OP.branchIf, 0],
    OP.end,
    ...lanes.flatMap((lane) => [
      ...i32(0),
      ...get(laneA(lane)),
      OP.i64Store,
      ALIGNED_TO_8,
      ...unsigned(lane * 8),
    ]),
  ]
}

function theta(): Code {
  const columns = range(5)
  return [
    ...columns.flatMap((x) =>
      set(
        parity(x),
        range(4).reduce<Code>((code, y) => xor(code, get(laneA(x + 5 * (y + 1)))), get(laneA(x))),
      ),
    ),
    ...columns.flatMap((x) => [
      ...set(EFFECT, xor(get(parity((x + 4) % 5)), rotate(get(parity((x + 1) % 5)), 1))),
      ...range(5).flatMap((y) => set(laneA(x + 5 * y), xor(get(laneA(x + 5 * y)), get(EFFECT)))),
    ]),
  ]
}

function rhoAndPi(): Code {
  const offsets = rotationOffsets()
  return range(5).flatMap((x) =>
    range(5).flatMap((y) => {
      const to = y + 5 * ((2 * x + 3 * y) % 5)
      return set(laneB(to), rotate(get(laneA(x + 5 * y)), offsets[x + 5 * y] ?? 0))
    }),
  )
}

function chi(): Code {
  return range(5).flatMap((y) =>
    range(5).flatMap((x) => {
      const row = (column: number) => get(laneB((column % 5) + 5 * y))
      const inverted = [...row(x + 1), OP.i64Const, 0x7f, OP.i64Xor]
      return set(laneA(x + 5 * y), xor(row(x), [...inverted, ...row(x + 2), OP.i64And]))
    }),
  )
}

function iota(): Code {
  return [
    ...set(ROUND_ADDRESS, [...get(ROUND), ...i32(3), OP.i32ShiftLeft]),
    ...set(
      laneA(0),
      xor(get(laneA(0)), [...get(ROUND_ADDRESS), OP.i64Load, ALIGNED_TO_8, ...unsigned(ROUND_CONSTANTS_AT)]),
    ),
  ]
}

/** Section 3.2.2, algorithm 2: how far each lane is turned. */
function rotationOffsets(): number[] {
  const offsets = new Array<number>(LANES).fill(0)
  let [x, y] = [1, 0]
  for (let step = 0; step < 24; step++) {
    offsets[x + 5 * y] = (((step + 1) * (step + 2)) / 2) % 64
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
  return offsets
}

/** Section 3.2.5, algorithms 5 and 6: a shift register gives the bits of the constants, one byte a vector entry. */
function roundConstantBytes(): number[][] {
  const bytes: number[][] = []
  let register = 1
  for (let round = 0; round < ROUNDS; round++) {
    let constant = 0n
    for (let j = 0; j <= 6; j++) {
      if (register & 1) constant |= 1n << BigInt(2 ** j - 1)
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1
    }
    for (let byte = 0n; byte < 8n; byte++) bytes.push([Number((constant >> (byte * 8n)) & 0xffn)])
  }
  return bytes
}

const get = (local: number): Code => [OP.getLocal, ...unsigned(local)]
const set = (local: number, value: Code): Code => [...value, OP.setLocal, ...unsigned(local)]
const xor = (left: Code, right: Code): Code => [...left, ...right, OP.i64Xor]
const i32 = (value: number): Code => [OP.i32Const, ...signed(value)]

function rotate(value: Code, by: number): Code {
  return by === 0 ? value : [...value, OP.i64Const, ...signed(by), OP.i64RotateLeft]
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content]
}

function vector(entries: readonly Code[]): Code {
  return [...unsigned(entries.length), ...entries.flat()]
}

function name(text: string): Code {
  return vector([...Buffer.from(text)].map((byte) => [byte]))
}

/** LEB128, seven bits a byte, the lowest first. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** Signed LEB128 of a number that is not negative: the last byte's sixth bit must be clear. */
function signed(value: number): Code {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)]
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}
