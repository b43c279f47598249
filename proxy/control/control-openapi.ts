import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { account } from '../../contract/account.ts'
import { controlContract } from '../../contract/control-contract.ts'
import { localKey } from '../../contract/local-key.ts'
import { attemptRecord, logEntry } from '../../contract/log-entry.ts'
import { model, provider } from '../../contract/model.ts'
import { publicSettings } from '../../contract/settings.ts'
import { proxyStatus } from '../../contract/status.ts'
import { CONTROL_API_PREFIX } from './control-http-handler.ts'

const CONTROL_ERROR = {
  type: 'object' as const,
  required: ['code', 'status', 'message'],
  properties: {
    code: { type: 'string' as const },
    status: { type: 'integer' as const },
    message: { type: 'string' as const },
    defined: { type: 'boolean' as const },
    data: {},
  },
}

/** The OpenAPI document of the control plane, for docs/control.openapi.json. */
export async function createControlOpenApi(): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  return await generator.generate(controlContract, {
    info: {
      title: 'Portside control plane',
      version: '1',
      description: 'Accounts, keys, models, settings, status and the request log of a running Portside.',
    },
    commonSchemas: {
      Account: { schema: account },
      AttemptRecord: { schema: attemptRecord },
      LocalKey: { schema: localKey },
      LogEntry: { schema: logEntry },
      Model: { schema: model },
      Provider: { schema: provider },
      ProxyStatus: { schema: proxyStatus },
      Settings: { schema: publicSettings, strategy: 'output' },
    },
    customErrorResponseBodySchema: () => ({ $ref: '#/components/schemas/ControlError' }),
    servers: [{ url: CONTROL_API_PREFIX }],
    security: [{ controlToken: [] }],
    components: {
      securitySchemes: { controlToken: { type: 'http', scheme: 'bearer' } },
      schemas: { ControlError: CONTROL_ERROR },
    },
  })
}
