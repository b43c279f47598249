/** Takes what is written to both outputs of this process, until `restore`, which gives it. */
export function listenToConsoles(): { restore(): string } {
  const written: string[] = []
  const consoles = [process.stdout, process.stderr] as const
  const originals = consoles.map((stream) => stream.write)
  for (const stream of consoles)
    stream.write = ((chunk: string | Uint8Array) => written.push(String(chunk)) > 0) as typeof stream.write
  return {
    restore() {
      for (const [index, stream] of consoles.entries()) stream.write = originals[index] as typeof stream.write
      return written.join('')
    },
  }
}
