import { pickNumber, pickObject, pickText } from '../../chat/pick-fields.ts'
import type { CursorApi } from './cursor-api.ts'

/** What the account pages say of a plan, in one sentence: whose it is, which plan, how much of it is used. */
export async function readUsagePages(api: CursorApi, cookie: string, signal: AbortSignal): Promise<string> {
  const me = await api.readAccountPage('me', cookie, signal)
  const summary = await api.readAccountPage('usage', cookie, signal)
  const plan = pickObject(pickObject(summary, 'individualUsage'), 'plan')
  const [used, limit] = [pickNumber(plan, 'used'), pickNumber(plan, 'limit')]
  const percent =
    pickNumber(plan, 'totalPercentUsed') ?? (used !== undefined && limit ? (100 * used) / limit : undefined)
  const until = pickText(summary, 'billingCycleEnd')?.slice(0, 10)
  const parts = [
    `${pickText(me, 'email') ?? 'this account'} has the plan "${pickText(summary, 'membershipType') ?? 'unknown'}"`,
    ...(percent === undefined ? [] : [`${Math.round(percent)} % of what it includes is used`]),
    ...(until === undefined ? [] : [`it is counted anew on ${until}`]),
  ]
  return parts.join(', ')
}
