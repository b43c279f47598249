/** The part of Electron's power monitor that is needed here. */
export type PowerEvents = {
  on(event: 'suspend' | 'resume', listener: () => void): unknown
}

/** Tells after each sleep of the machine how long it was, in milliseconds of wall time; never less than nothing. */
export function watchSleep(power: PowerEvents, now: () => number, onWake: (sleptMs: number) => void): void {
  let sleptAt: number | undefined
  power.on('suspend', () => {
    sleptAt = now()
  })
  power.on('resume', () => {
    const sleptMs = sleptAt === undefined ? 0 : Math.max(0, now() - sleptAt)
    sleptAt = undefined
    onWake(sleptMs)
  })
}
