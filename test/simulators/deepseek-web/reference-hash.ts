/**
 * DeepSeekHashV1 written a second time, plainly and slowly from FIPS 202, so that the simulator's challenges do not come
 * from the code that solves them: SHA3-256 whose permutation begins with round 1.
 */
export function deepseekHash(text: string): string {
  const message = Buffer.from(text)
  const padded = Buffer.alloc(Math.ceil((message.length + 1) / RATE) * RATE)
  message.copy(padded)
  padded[message.length] = 0x06
  padded[padded.length - 1]! |= 0x80
  let lanes = new Array<bigint>(25).fill(0n)
  for (let block = 0; block < padded.length; block += RATE) {
    for (let lane = 0; lane < RATE / 8; lane++) lanes[lane]! ^= padded.readBigUInt64LE(block + lane * 8)
    for (let round = 1; round < 24; round++) lanes = applyRound(lanes, ROUND_CONSTANTS[round]!)
  }
  const digest = Buffer.alloc(32)
  for (let lane = 0; lane < 4; lane++) digest.writeBigUInt64LE(lanes[lane]!, lane * 8)
  return digest.toString('hex')
}

const RATE = 136
const MASK = (1n << 64n) - 1n

/** As FIPS 202 lists them for Keccak-f[1600]. */
const ROUND_CONSTANTS = [
  0x0000000000000001n,
  0x0000000000008082n,
  0x800000000000808an,
  0x8000000080008000n,
  0x000000000000808bn,
  0x0000000080000001n,
  0x8000000080008081n,
  0x8000000000008009n,
  0x000000000000008an,
  0x0000000000000088n,
  0x0000000080008009n,
  0x000000008000000an,
  0x000000008000808bn,
  0x800000000000008bn,
  0x8000000000008089n,
  0x8000000000008003n,
  0x8000000000008002n,
  0x8000000000000080n,
  0x000000000000800an,
  0x800000008000000an,
  0x8000000080008081n,
  0x8000000000008080n,
  0x0000000080000001n,
  0x8000000080008008n,
]

const ROTATIONS = [
  0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
]

function applyRound(a: readonly bigint[], constant: bigint): bigint[] {
  const column = [0, 1, 2, 3, 4].map((x) => a[x]! ^ a[x + 5]! ^ a[x + 10]! ^ a[x + 15]! ^ a[x + 20]!)
  const mixed = a.map((lane, i) => lane ^ column[(i + 4) % 5]! ^ turn(column[(i + 1) % 5]!, 1))
  const moved = new Array<bigint>(25)
  for (let x = 0; x < 5; x++)
    for (let y = 0; y < 5; y++)
      moved[y + 5 * ((2 * x + 3 * y) % 5)] = turn(mixed[x + 5 * y]!, ROTATIONS[x + 5 * y]!)
  const next = moved.map((lane, i) => {
    const row = i - (i % 5)
    return lane ^ (~moved[row + ((i + 1) % 5)]! & MASK & moved[row + ((i + 2) % 5)]!)
  })
  next[0]! ^= constant
  return next
}

/** Left, within 64 bits. */
function turn(lane: bigint, by: number): bigint {
  return ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & MASK
}
