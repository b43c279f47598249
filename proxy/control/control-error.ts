import { ORPCError } from '@orpc/server'
import { SettingsError, type SettingsProblem } from '../settings/settings-error.ts'

export type ControlFault = 'NOT_FOUND' | 'CONFLICT' | 'BAD_REQUEST' | 'FORBIDDEN'

export function controlError(fault: ControlFault, message: string): ORPCError<ControlFault, undefined> {
  return new ORPCError(fault, { message })
}

const FAULT_OF: Readonly<Record<SettingsProblem, ControlFault>> = {
  invalid: 'BAD_REQUEST',
  unsafe: 'BAD_REQUEST',
  corrupt: 'FORBIDDEN',
  'newer-version': 'FORBIDDEN',
  'read-only': 'FORBIDDEN',
  unwritable: 'FORBIDDEN',
  'unsafe-home': 'FORBIDDEN',
}

/** Says in the control plane's words why settings could not be saved; anything else passes as it is. */
export async function savingSettings<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof SettingsError) throw controlError(FAULT_OF[error.problem], error.message)
    throw error
  }
}
