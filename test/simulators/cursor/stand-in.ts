import { appendFileSync } from 'node:fs'
import type { AgentStep } from '../agent-script.ts'
import { nextText } from '../text-only.ts'
import { ANSWER, SCENARIOS, type Step, sayPlainly, scenarioIn } from './scenarios.ts'

/** How a stand-in is set up; it crosses a process as JSON. */
export type StandInSetUp = {
  /** A file that gets one line for each run. */
  readonly records: string
  /** Played where the prompt names none. */
  readonly scenario?: string
  /** The work of an agent whose model this is. */
  readonly steps?: readonly AgentStep[]
  /** Keys that work; left out, every key does. */
  readonly keys?: readonly string[]
  /** Repeats the key in what it says went wrong, as careless programs do. */
  readonly quotesKey?: boolean
}

/** One run, as the stand-in saw it. */
export type SeenRun = {
  readonly by: 'cli' | 'sdk'
  readonly pid: number
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly prompt: string
  readonly model: string
  readonly apiKey: string
  /** Files below the workspace and the settings folder, with their texts. */
  readonly files: Readonly<Record<string, string>>
  /** What the SDK's `Agent.create` was given. */
  readonly options?: object
}

export function record(setUp: StandInSetUp, run: SeenRun): void {
  appendFileSync(setUp.records, `${JSON.stringify(run)}\n`)
}

/** What a run is to do. */
export function stepsFor(setUp: StandInSetUp, prompt: string, apiKey: string): readonly Step[] {
  if (setUp.keys !== undefined && !setUp.keys.includes(apiKey)) return SCENARIOS['key-refused'] ?? []
  const named = scenarioIn(prompt)
  if (named === undefined && setUp.steps !== undefined)
    return sayPlainly({ thinking: 'One step at a time.', text: nextText([prompt], setUp.steps) })
  const steps = SCENARIOS[named ?? setUp.scenario ?? 'plain'] ?? sayPlainly({ text: ANSWER })
  if (setUp.quotesKey !== true) return steps
  return steps.map((step) =>
    step.do === 'fail' ? { ...step, message: `${step.message} (key ${apiKey})` } : step,
  )
}
