import { bracketDialect } from './bracket.ts'
import type { Dialect } from './dialect.ts'
import { hermesDialect } from './hermes.ts'
import { jsonObjectDialect } from './json-object.ts'
import { markupDialect } from './markup.ts'
import { recordDialect } from './record.ts'
import { tokenSectionDialect } from './token-section.ts'
import { toolElementDialect } from './tool-element.ts'
import { triggerDialect } from './trigger.ts'

/** Every way of writing calls that is understood; the first one that opens has the block. */
export const ALL_DIALECTS: readonly Dialect[] = [
  markupDialect,
  hermesDialect,
  tokenSectionDialect,
  toolElementDialect,
  bracketDialect,
  jsonObjectDialect,
  recordDialect,
  triggerDialect,
]
