import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/**
 * Lets bytes outside V8's heap, which bodies and answers are, count like those inside. By itself V8 13.6 (Node 24,
 * measured 2026-11) collects all of its heap each time that 64 MB of them have come: under large bodies a third of the
 * time of a request went there. Other versions are left alone: V8 complains of flags that it does not know.
 */
export function countBytesWithHeap(): void {
  if (isKnownV8()) setFlagsFromString('--external-memory-accounted-in-global-limit')
}

/** How large V8's space for young objects may become: half as large as by itself, and no request is slower for it. */
const YOUNG_BYTES = 33_554_432
const LOOK_EVERY = 256

/**
 * Answers with what is called for each request and keeps V8's space for young objects from growing on: after a burst of
 * connections it would stay twice as large for as long as the process runs. V8 takes its limit when it starts, but looks
 * up by which factor to grow each time. When nothing happens for a while it makes the space small, which must then be
 * free to grow again.
 */
export function createYoungLimit(limitBytes = YOUNG_BYTES): () => void {
  const isKnown = isKnownV8()
  let isHeld = false
  let count = 0
  return () => {
    if (!isKnown || ++count % LOOK_EVERY !== 0) return
    const isFull = youngBytes() >= limitBytes
    if (isFull === isHeld) return
    isHeld = isFull
    setFlagsFromString(`--semi-space-growth-factor=${isFull ? 1 : 2}`)
  }
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0
}

/** What is done here was tried with this version; others are left alone. */
function isKnownV8(): boolean {
  return process.versions.v8.startsWith('13.6.')
}
