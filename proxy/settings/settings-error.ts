export type SettingsProblem =
  | 'invalid'
  | 'corrupt'
  | 'newer-version'
  | 'read-only'
  | 'unsafe'
  | 'unwritable'
  | 'unsafe-home'

/** Why settings could not be loaded or saved; `problems` names every fault at once, each with its path. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problem: SettingsProblem
  readonly problems: readonly string[]

  constructor(problem: SettingsProblem, problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options)
    this.problem = problem
    this.problems = problems
  }
}
