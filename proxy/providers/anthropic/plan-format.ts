import type { Capabilities } from '../../chat/capabilities.ts'
import type { ChatRequest } from '../../chat/chat-request.ts'
import type { JsonObject } from '../../chat/json.ts'
import { jsonHint } from '../../chat/json-hint.ts'
import { normaliseSchema } from '../../chat/normalise-schema.ts'

/** The tool whose arguments are the answer, where no other tool is declared. */
export const ANSWER_TOOL = 'write_answer'

/** How a wished answer format is asked for: by a field, by a forced tool, or in words. */
export type FormatPlan = {
  readonly field?: JsonObject
  readonly answerTool?: JsonObject
  readonly hint?: string
}

export function planFormat(
  { answerFormat }: ChatRequest,
  capabilities: Capabilities,
  hasTools: boolean,
): FormatPlan {
  if (answerFormat === undefined || answerFormat.type === 'text') return {}
  if (answerFormat.type !== 'json-schema') return { hint: jsonHint(answerFormat) }
  const { schema, description } = answerFormat
  if (capabilities.jsonSchemaFormat) return { field: { type: 'json_schema', schema } }
  if (hasTools || schema.type !== 'object' || !capabilities.tools) return { hint: jsonHint(answerFormat) }
  const told = description ?? 'Writes the answer.'
  return { answerTool: { name: ANSWER_TOOL, description: told, input_schema: normaliseSchema(schema) } }
}
