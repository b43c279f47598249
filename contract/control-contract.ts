import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { account, accountTest, newAccount } from './account.ts'
import { createdKey, localKey, newLocalKey } from './local-key.ts'
import { logBatch, logBodies, logEntry, logFilter } from './log-entry.ts'
import { model, newProvider, provider } from './model.ts'
import { publicSettings } from './settings.ts'
import { proxyStatus } from './status.ts'

const id = z.strictObject({ id: z.string().min(1) })
const done = z.object({ done: z.literal(true) })

/** Errors that any call may give; `CONFLICT` names what stands in the way, `FORBIDDEN` why settings cannot be saved. */
const base = oc.errors({
  NOT_FOUND: { message: 'no such thing' },
  CONFLICT: { message: 'that is taken' },
  BAD_REQUEST: { message: 'that does not fit' },
  FORBIDDEN: { message: 'that is not allowed here' },
})

/**
 * The control plane: one contract, served over a MessagePort to the desktop window and over HTTP under `/control/` to a
 * browser or the command line. No output ever holds a credential; `keys.add` alone gives a new key's text, once.
 */
export const controlContract = {
  status: {
    get: base.route({ method: 'GET', path: '/status' }).output(proxyStatus),
    /** The present status, then one whenever it changes, at most ten a second. */
    feed: base.route({ method: 'GET', path: '/status/feed' }).output(eventIterator(proxyStatus)),
  },
  proxy: {
    start: base.route({ method: 'POST', path: '/proxy/start' }).output(proxyStatus),
    /** Drains, then frees the port. In headless mode the control address goes with it, so there it is FORBIDDEN. */
    stop: base.route({ method: 'POST', path: '/proxy/stop' }).output(proxyStatus),
  },
  accounts: {
    list: base.route({ method: 'GET', path: '/accounts' }).output(z.array(account)),
    add: base.route({ method: 'POST', path: '/accounts' }).input(newAccount).output(account),
    update: base
      .route({ method: 'PATCH', path: '/accounts/{id}' })
      .input(
        z.strictObject({
          id: z.string(),
          name: z.string().min(1).max(80).optional(),
          enabled: z.boolean().optional(),
          priority: z.number().int().optional(),
          weight: z.number().positive().optional(),
        }),
      )
      .output(account),
    test: base.route({ method: 'POST', path: '/accounts/{id}/test' }).input(id).output(accountTest),
    remove: base.route({ method: 'DELETE', path: '/accounts/{id}' }).input(id).output(done),
  },
  keys: {
    list: base.route({ method: 'GET', path: '/keys' }).output(z.array(localKey)),
    add: base.route({ method: 'POST', path: '/keys' }).input(newLocalKey).output(createdKey),
    remove: base.route({ method: 'DELETE', path: '/keys/{id}' }).input(id).output(done),
  },
  providers: {
    list: base.route({ method: 'GET', path: '/providers' }).output(z.array(provider)),
    add: base.route({ method: 'POST', path: '/providers' }).input(newProvider).output(provider),
    remove: base.route({ method: 'DELETE', path: '/providers/{id}' }).input(id).output(done),
  },
  models: { list: base.route({ method: 'GET', path: '/models' }).output(z.array(model)) },
  settings: {
    get: base.route({ method: 'GET', path: '/settings' }).output(publicSettings),
    /** Replaces whole sections; what is not named stays. The answer is what is now in force. */
    update: base
      .route({ method: 'PATCH', path: '/settings' })
      .input(z.record(z.string(), z.unknown()))
      .output(publicSettings),
  },
  log: {
    /** Newest first. `before` is an entry's `startedAt`, for paging. */
    list: base
      .route({ method: 'GET', path: '/log' })
      .input(
        logFilter.extend({
          limit: z.coerce.number().int().min(1).max(500).default(100),
          before: z.coerce.number().optional(),
        }),
      )
      .output(z.array(logEntry)),
    get: base
      .route({ method: 'GET', path: '/log/entries/{id}' })
      .input(id)
      .output(z.object({ entry: logEntry, bodies: logBodies })),
    /** Changed entries, at most ten batches a second; a reader that falls behind gets only the newest state of each. */
    feed: base
      .route({ method: 'GET', path: '/log/feed' })
      .input(z.strictObject({ after: z.coerce.number().int().default(0) }))
      .output(eventIterator(logBatch)),
    clear: base.route({ method: 'DELETE', path: '/log' }).output(done),
  },
}
