/** What the request log's file holds is not what was written. */
export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError'
}
