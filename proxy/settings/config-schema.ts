import { z } from 'zod'
import { settings } from '../../contract/settings.ts'

/** The JSON Schema of config.json, for editors: what a person may write, so fields with a default may be left out. */
export function createConfigSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(settings, { io: 'input' })
  return { title: 'Portside settings (config.json)', ...schema }
}
