import { assembleKeccak } from './assemble-keccak.ts'

/** DeepSeekHashV1 is SHA3-256 whose permutation leaves out its first round (tried against a real challenge, 2026-04). */
const DEEPSEEK_FIRST_ROUND = 1

/** Bytes of the message that one permutation takes in. */
const RATE = 136
const DIGEST_BYTES = 32
const STATE_BYTES = 200
/** Where a block waits in memory; what lies behind its rate stays zero. */
const BLOCK_AT = 512
const PAD_FIRST = 0x06
const PAD_LAST = 0x80

export type Keccak = ReturnType<typeof createKeccak>

/** A hasher with a memory of its own. `firstRound` is 1 for DeepSeekHashV1 and 0 for SHA3-256, to which it is compared. */
export function createKeccak(firstRound: number = DEEPSEEK_FIRST_ROUND) {
  const { memory, permute } = instantiate()
  const state = new Uint8Array(memory.buffer, 0, STATE_BYTES)
  const block = new Uint8Array(memory.buffer, BLOCK_AT, STATE_BYTES)
  const digestWords = new Uint32Array(memory.buffer, 0, DIGEST_BYTES / 4)

  /** The digest of any bytes. */
  function digest(message: Uint8Array): Uint8Array {
    state.fill(0)
    for (let start = 0; ; start += RATE) {
      const piece = message.subarray(start, start + RATE)
      for (const [index, byte] of piece.entries()) state[index] = (state[index] ?? 0) ^ byte
      if (piece.length === RATE) {
        permute(firstRound, 0)
        continue
      }
      state[piece.length] = (state[piece.length] ?? 0) ^ PAD_FIRST
      state[RATE - 1] = (state[RATE - 1] ?? 0) ^ PAD_LAST
      permute(firstRound, 0)
      return state.slice(0, DIGEST_BYTES)
    }
  }

  /**
   * The number below `end`, counted up from `start`, whose digest behind the prefix is the wanted one; -1 where none is.
   * Prefix and number must fit one block, which leaves 119 bytes for the prefix.
   */
  function search({ prefix, wanted, start, end }: Search): number {
    const target = new Uint32Array(Uint8Array.from(wanted).buffer)
    block.fill(0)
    block.set(prefix)
    for (let number = start; number < end; number++) {
      writeMessageEnd(block, prefix.length, number)
      permute(firstRound, BLOCK_AT)
      if (digestWords[0] === target[0] && digestWords.every((word, index) => word === target[index]))
        return number
    }
    return -1
  }

  return { digest, search }
}

export type Search = {
  /** ASCII bytes before the number. */
  readonly prefix: Uint8Array
  /** 32 bytes. */
  readonly wanted: Uint8Array
  readonly start: number
  readonly end: number
}

/** The longest prefix that leaves room for any safe integer and the padding. */
export const LONGEST_PREFIX = RATE - 17

/** Puts the number's decimal digits and the padding behind the prefix. */
function writeMessageEnd(block: Uint8Array, at: number, number: number): void {
  let length = 1
  for (let limit = 10; number >= limit; limit *= 10) length++
  let rest = number
  for (let place = at + length - 1; place >= at; place--) {
    const next = Math.floor(rest / 10)
    block[place] = 0x30 + (rest - next * 10)
    rest = next
  }
  block[at + length] = PAD_FIRST
  block[RATE - 1] = PAD_LAST
}

type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer }
  permute(firstRound: number, from: number): void
}

/** What is used of the runtime's WebAssembly: its types come with the browser's, which Node's code does not have. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  Instance: new (module: object) => { readonly exports: object }
}

function instantiate(): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(assembleKeccak())).exports as Exports
}
