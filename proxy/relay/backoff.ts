export type BackoffSettings = { readonly backoffBaseMs: number; readonly backoffMaxMs: number }

/** The pause after so many attempts. Full jitter: anything from nothing to the doubled base, capped; `share` is 0 to 1. */
export function backoff(
  { backoffBaseMs, backoffMaxMs }: BackoffSettings,
  attempts: number,
  share: number,
): number {
  return share * Math.min(backoffMaxMs, backoffBaseMs * 2 ** attempts)
}
