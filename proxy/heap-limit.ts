import { setFlagsFromString } from 'node:v8'

/**
 * Lets bytes outside V8's heap, which bodies and answers are, count like those inside. By itself V8 13.6 (Node 24,
 * measured 2026-11) collects all of its heap each time that 64 MB of them have come: under large bodies a third of the
 * time of a request went there. Other versions are left alone: V8 complains of flags that it does not know.
 */
export function countBytesWithHeap(): void {
  if (process.versions.v8.startsWith('13.6.'))
    setFlagsFromString('--external-memory-accounted-in-global-limit')
}
