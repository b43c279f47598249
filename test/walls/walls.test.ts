import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** One forbidden import per wall: the rule, the file it is planted in, the file's text. */
const PLANTS: readonly [rule: string, file: string, text: string][] = [
  ['proxy-stands-alone', 'proxy/plant-1.ts', "import { app } from 'electron'; export const x = app"],
  [
    'codecs-know-no-transport',
    'proxy/protocols/openai-chat/plant-2.ts',
    "import { createSseReader } from '../../upstream/read-sse.ts'; export const x = createSseReader",
  ],
  [
    'codecs-know-no-transport',
    'proxy/protocols/openai-chat/plant-3.ts',
    "import http from 'node:http'; export const x = http",
  ],
  [
    'codecs-do-not-meet',
    'proxy/protocols/anthropic-messages/plant-4.ts',
    "import { openaiChat } from '../openai-chat/index.ts'; export const x = openaiChat",
  ],
  [
    'providers-do-not-meet',
    'proxy/providers/anthropic/plant-5.ts',
    "import { openaiChatCodec } from '../openai-chat/index.ts'; export const x = openaiChatCodec",
  ],
  [
    'providers-know-no-client',
    'proxy/providers/anthropic/plant-6.ts',
    "import { openaiChat } from '../../protocols/openai-chat/index.ts'; export const x = openaiChat",
  ],
  [
    'app-enters-the-proxy-by-the-door',
    'app/plant-7.ts',
    "import { relay } from '../proxy/relay/relay.ts'; export const x = relay",
  ],
  [
    'chat-is-the-bottom',
    'proxy/chat/plant-8.ts',
    "import type { Lease } from '../pool/account-pool.ts'; export type X = Lease",
  ],
  [
    'renderer-sees-only-the-contract',
    'renderer/src/plant-9.ts',
    "import type { Lease } from '../../proxy/pool/account-pool.ts'; export type X = Lease",
  ],
  ['renderer-is-a-browser', 'renderer/src/plant-10.ts', "import fs from 'node:fs'; export const x = fs"],
  [
    'one-door-to-the-proxy',
    'renderer/src/plant-11.ts',
    "import { RPCLink } from '@orpc/client/fetch'; export const x = RPCLink",
  ],
  [
    'one-sse-reader',
    'proxy/pool/plant-12.ts',
    "import { createParser } from 'eventsource-parser'; export const x = createParser",
  ],
  [
    'express-stays-at-the-edge',
    'proxy/pool/plant-13.ts',
    "import express from 'express'; export const x = express",
  ],
  ['contract-depends-on-nothing', 'contract/plant-14.ts', "import fs from 'node:fs'; export const x = fs"],
  [
    'everything-resolves',
    'proxy/pool/plant-15.ts',
    "import { nothing } from './nowhere.ts'; export const x = nothing",
  ],
  ['no-cycles', 'proxy/pool/plant-16.ts', "import { b } from './plant-17.ts'; export const a = () => b"],
  ['one-way-out', 'proxy/pool/plant-18.ts', "import { request } from 'undici'; export const x = request"],
  [
    'pool-is-pure',
    'proxy/pool/plant-19.ts',
    "import { relay } from '../relay/relay.ts'; export const x = relay",
  ],
  [
    'bridge-knows-only-the-language',
    'proxy/tool-bridge/plant-20.ts',
    "import { anthropicCodec } from '../providers/anthropic/index.ts'; export const x = anthropicCodec",
  ],
  [
    'bridge-has-one-door',
    'proxy/relay/plant-21.ts',
    "import { parseLoosely } from '../tool-bridge/parse-loosely.ts'; export const x = parseLoosely",
  ],
]
const OTHER_HALF = [
  'proxy/pool/plant-17.ts',
  "import { a } from './plant-16.ts'; export const b = () => a",
] as const

const ROOT = join(import.meta.dirname, '../..')
const ROOMS = ['app', 'proxy', 'renderer', 'contract']
let scratch = ''
let report = ''

function cruise(directory: string): Promise<string> {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...ROOMS],
      { cwd: directory, maxBuffer: 32_000_000 },
      (_error, out, err) => resolve(out + err),
    )
  })
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'portside-walls-'))
  for (const entry of [...ROOMS, 'package.json', 'tsconfig.base.json', '.dependency-cruiser.cjs'])
    await cp(join(ROOT, entry), join(scratch, entry), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(scratch, 'node_modules'))
  for (const [file, text] of [...PLANTS.map(([, file, text]) => [file, text] as const), OTHER_HALF]) {
    await mkdir(dirname(join(scratch, file)), { recursive: true })
    await writeFile(join(scratch, file), text)
  }
  report = await cruise(scratch)
}, 180_000)

afterAll(() => rm(scratch, { recursive: true, force: true }))

describe('The walls between the rooms', () => {
  it('stand in the house as it is', async () => {
    const own = await cruise(ROOT)
    expect(own).toContain('no dependency violations found')
    // A cruiser that reads next to nothing reports success too.
    expect(Number(/\((\d+) modules/.exec(own)?.[1])).toBeGreaterThan(200)
  }, 120_000)

  it.each(PLANTS)('%s objects to %s', (rule, file) => {
    expect(report).toContain(`error ${rule}: ${file} `)
  })

  it('are each proved by a planted violation', async () => {
    const config = await readFile(join(ROOT, '.dependency-cruiser.cjs'), 'utf8')
    const rules = [...config.matchAll(/wall\('([a-z-]+)'/g)].map(([, name]) => name)
    expect([...new Set(PLANTS.map(([rule]) => rule))].sort()).toEqual(rules.sort())
  })
})
