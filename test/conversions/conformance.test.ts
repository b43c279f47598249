import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ChatError } from '../../proxy/chat/chat-error.ts'
import type { ChatRequest } from '../../proxy/chat/chat-request.ts'
import type { JsonObject } from '../../proxy/chat/json.ts'
import type { ProtocolId } from '../../proxy/chat/protocol-id.ts'
import type { AnswerContext } from '../../proxy/protocols/protocol.ts'
import { ANSWER_FEATURES, type AnswerFeature } from './answer-features.ts'
import { CODECS, convert, decode, PROTOCOL_IDS, PROTOCOLS } from './convert.ts'
import { ANY_CAPABILITIES, REQUEST_FEATURES, type RequestFeature } from './request-features.ts'
import { UNTESTED_PITFALLS } from './untested-pitfalls.ts'

const MOST_PITFALLS = 124
const ROOT = new URL('../../', import.meta.url).pathname

/** What becomes of a feature on its way; a dash where the sender's API cannot say it. */
type Fate = 'carried' | 'in other words' | 'dropped' | 'refused' | '–'

const NAMES: Readonly<Record<ProtocolId, string>> = {
  'openai-chat': 'Chat Completions',
  'openai-responses': 'Responses',
  'anthropic-messages': 'Messages',
  gemini: 'Gemini',
}

const BASE: ChatRequest = {
  model: 'asked',
  turns: [],
  tools: [],
  stream: false,
  includeUsage: false,
  reasoning: { mode: 'adaptive', showThoughts: true },
}
const CONTEXT: AnswerContext = { requestId: 'req1', model: 'asked', createdAt: 0, request: BASE }

/** The body in which a client asks for a feature; undefined where its API cannot say it. */
function askFor(feature: RequestFeature, inbound: ProtocolId, upstream: ProtocolId): JsonObject | undefined {
  const sent = feature.sent?.(inbound, upstream) ?? writeAs(feature, inbound)
  return sent !== undefined && feature.has(decode(inbound, sent)) ? sent : undefined
}

function writeAs({ request }: RequestFeature, inbound: ProtocolId): JsonObject | undefined {
  const { reasoning: _reasoning, ...base } = BASE
  try {
    const target = { model: 'asked', stream: false, capabilities: ANY_CAPABILITIES }
    return CODECS[inbound].writeRequest({ ...base, ...request }, target).body
  } catch (thrown) {
    if (thrown instanceof ChatError) return undefined
    throw thrown
  }
}

function fateOfRequest(feature: RequestFeature, inbound: ProtocolId, upstream: ProtocolId): Fate {
  const asked = askFor(feature, inbound, upstream)
  if (asked === undefined) return '–'
  try {
    const { body } = convert([inbound, upstream], asked)
    if (feature.has(decode(upstream, body))) return 'carried'
    return feature.inWords?.test(JSON.stringify(body)) ? 'in other words' : 'dropped'
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.traits.fault === 'client') return 'refused'
    throw thrown
  }
}

/** The upstream's answer as it tells it, and the same answer as the client's own SDK would find it. */
function fateOfAnswer(feature: AnswerFeature, inbound: ProtocolId, upstream: ProtocolId): Fate {
  const told = PROTOCOLS[upstream].encodeAnswer(feature.answer(upstream), CONTEXT)
  const read = CODECS[upstream].readAnswer(JSON.parse(JSON.stringify(told)))
  if (!feature.has(read, upstream)) return '–'
  const passed = PROTOCOLS[inbound].encodeAnswer(read, CONTEXT)
  const found = CODECS[inbound].readAnswer(JSON.parse(JSON.stringify(passed)))
  if (feature.has(found, inbound)) return 'carried'
  return feature.inWords?.(found) ? 'in other words' : 'dropped'
}

function table(head: string, rows: readonly (readonly [string, (upstream: ProtocolId) => Fate])[]): string {
  return [
    `| ${head} | ${PROTOCOL_IDS.map((id) => NAMES[id]).join(' | ')} |`,
    `| --- |${' --- |'.repeat(PROTOCOL_IDS.length)}`,
    ...rows.map(([name, fate]) => `| ${name} | ${PROTOCOL_IDS.map(fate).join(' | ')} |`),
  ].join('\n')
}

function section(inbound: ProtocolId): string {
  const asked = REQUEST_FEATURES.map(
    (feature) => [feature.name, (upstream: ProtocolId) => fateOfRequest(feature, inbound, upstream)] as const,
  )
  const answered = ANSWER_FEATURES.map(
    (feature) => [feature.name, (upstream: ProtocolId) => fateOfAnswer(feature, inbound, upstream)] as const,
  )
  return `## ${NAMES[inbound]} clients\n\n${table('asked of', asked)}\n\n${table('answered by', answered)}`
}

const INTRO = `# What is carried between the APIs

This file is made by \`test/conversions/conformance.test.ts\`, which runs the codecs and fails where it is not current.
\`npx vitest run test/conversions/conformance.test.ts -u\` writes it anew.

For the clients of each API, the first table says what becomes of a request, the second what becomes of an answer, for each kind of upstream.
*carried*: it arrives as what it is. *in other words*: it arrives in another place or form. *dropped*: it is left out. *refused*: the request gets an error that says so. A dash: the sender’s API cannot say it.
The same protocol on both sides is passed through byte for byte; its column is what holds where that is not possible.
Signatures of calls that a client cannot hold are remembered for it by the id of the call.
`

const PITFALLS = `## Pitfalls without a test of their own

Each pitfall P-1 to P-${MOST_PITFALLS} is named in the title of a test, or stands here with the reason why it is not.

${Object.entries(UNTESTED_PITFALLS)
  .map(([number, why]) => `- P-${number}: ${why}`)
  .join('\n')}
`

/** All texts of tests, titles among them. */
function* testFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'node_modules') yield* testFiles(path)
    else if (/\.(test|e2e)\.ts$/.test(entry.name)) yield readFileSync(join(ROOT, path), 'utf8')
  }
}

/** The pitfalls that titles name, alone or from one to another. */
function namedPitfalls(): ReadonlySet<number> {
  const named = new Set<number>()
  for (const text of [...testFiles('proxy'), ...testFiles('test')]) {
    for (const [, title = ''] of text.matchAll(/['"`]([^'"`\n]*\bP-\d+[^'"`\n]*)['"`]/g)) {
      for (const [, from, to] of title.matchAll(/\bP-(\d+)(?: to P-(\d+))?/g))
        for (let number = Number(from); number <= Number(to ?? from); number++) named.add(number)
    }
  }
  return named
}

describe('what is carried between the APIs', () => {
  it('is what docs/conformance.md says', async () => {
    const document = `${INTRO}\n${PROTOCOL_IDS.map(section).join('\n\n')}\n\n${PITFALLS}`
    await expect(document).toMatchFileSnapshot('../../docs/conformance.md')
  })

  it('has a test or a reason for every pitfall there is', () => {
    const named = namedPitfalls()
    const missing = Array.from({ length: MOST_PITFALLS }, (_, index) => index + 1).filter(
      (number) => !named.has(number) && UNTESTED_PITFALLS[number] === undefined,
    )
    expect(missing).toEqual([])
  })

  it('never gives a signature to an upstream that did not make it (P-55)', () => {
    const feature = REQUEST_FEATURES.find(({ name }) => name === 'signatures that another upstream made')!
    for (const inbound of PROTOCOL_IDS)
      for (const upstream of PROTOCOL_IDS)
        expect(['dropped', '–']).toContain(fateOfRequest(feature, inbound, upstream))
  })
})
