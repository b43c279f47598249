import { afterEach, describe, expect, it } from 'vitest'
import { searchOf } from '../../proxy/providers/deepseek-web/pow/challenge.ts'
import { createKeccak } from '../../proxy/providers/deepseek-web/pow/deepseek-hash.ts'
import { deepseekHash } from '../simulators/deepseek-web/reference-hash.ts'
import { SCENARIOS } from '../simulators/deepseek-web/scenarios.ts'
import {
  type DeepseekSimulator,
  type SimulatorOptions,
  startDeepseek,
} from '../simulators/deepseek-web/start-deepseek.ts'
import { LOGIN, TOKEN } from './stage.ts'

const open: DeepseekSimulator[] = []
afterEach(async () => {
  for (const simulator of open.splice(0)) await simulator.close()
})

async function start(options: SimulatorOptions = {}) {
  const simulator = await startDeepseek({ accounts: [{ ...LOGIN, token: TOKEN }], ...options })
  open.push(simulator)
  const send = async (path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(simulator.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined }
  }
  const challenge = async (target = COMPLETION) =>
    (await send('/api/v0/chat/create_pow_challenge', { target_path: target })).json.data.biz_data.challenge
  const session = async () =>
    (await send('/api/v0/chat_session/create', {})).json.data.biz_data.chat_session.id
  const ask = async (id: string, more: object = {}, proof?: string) =>
    send(
      COMPLETION,
      {
        chat_session_id: id,
        parent_message_id: null,
        prompt: 'hi',
        ref_file_ids: [],
        thinking_enabled: false,
        search_enabled: false,
        ...more,
      },
      { 'x-ds-pow-response': proof ?? write(solve(await challenge())) },
    )
  return { simulator, send, challenge, session, ask }
}

const COMPLETION = '/api/v0/chat/completion'
const keccak = createKeccak()

/** The proof of a challenge, as its fields. */
// biome-ignore lint/suspicious/noExplicitAny: the simulator’s JSON as it came.
function solve(challenge: any) {
  const { algorithm, challenge: wanted, salt, signature, target_path } = challenge
  return {
    algorithm,
    challenge: wanted,
    salt,
    answer: keccak.search(searchOf(challenge)!),
    signature,
    target_path,
  }
}
const write = (proof: object) => Buffer.from(JSON.stringify(proof)).toString('base64')

/** The list of the design, section 18, each with the scenarios that stand for it. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  plain: ['plain'],
  thinking: ['thinking'],
  'thinking off but THINK sent': ['thinking-off-but-sent'],
  'search with [reference:N]': ['search-reference'],
  'legacy [citation:N]': ['legacy-citation'],
  'late citations': ['late-citations'],
  'inherited p/o frames': ['inherited-frames'],
  'nested BATCH': ['nested-batch'],
  'multi-byte split across TCP chunks': ['multi-byte-split'],
  'one 2.5 MiB line': ['huge-line'],
  'comment keep-alives': ['keep-alives'],
  'hint rate limit': ['hint-rate-limit'],
  'hint too long': ['hint-too-long'],
  '40003': ['code-40003'],
  '40002': ['code-40002'],
  '40005': ['code-40005'],
  '40301': ['code-40301'],
  'muted as JSON body / bare line / SSE data': ['muted-json', 'muted-bare-line', 'muted-sse'],
  'WAF 202': ['waf-202'],
  'HTML page': ['html-page'],
  'content filter before text / after text': ['filter-before-text', 'filter-after-text'],
  'INCOMPLETE + continue with snapshot replay': ['incomplete-continue'],
  'empty answer then success on retry': ['empty-then-answer'],
  'thinking-only': ['thinking-only'],
  'EOF without status': ['eof-without-status'],
  'finish absent': ['no-finish-event'],
  'stall of N seconds': ['stall'],
  'disconnect mid-frame': ['disconnect-mid-frame'],
  'old choices': ['old-choices'],
  '2025 intermediate': ['intermediate-2025'],
}

describe('the simulated DeepSeek', () => {
  it('has every scenario that was asked of it', () => {
    expect(
      Object.values(WANTED)
        .flat()
        .filter((name) => SCENARIOS[name] === undefined),
    ).toEqual([])
  })

  it('signs in with either name and refuses a wrong password in the vendor’s words', async () => {
    const { send } = await start({ accounts: [{ ...LOGIN, mobile: '13800000000' }] })
    const form = { password: LOGIN.password, device_id: '', os: 'web' }
    for (const who of [{ email: LOGIN.email }, { mobile: '13800000000' }])
      expect((await send('/api/v0/users/login', { ...form, ...who })).json.data.biz_data.user.token).toMatch(
        /^sim-/,
      )
    expect(
      (await send('/api/v0/users/login', { ...form, email: LOGIN.email, password: 'no' })).json,
    ).toMatchObject({
      code: 0,
      data: { biz_code: 2, biz_msg: 'PASSWORD_OR_USER_NAME_IS_WRONG' },
    })
    expect(await send('/api/v0/users/login', { email: LOGIN.email, password: 'no' })).toMatchObject({
      status: 422,
      json: { detail: [{ loc: 'body.device_id' }] },
    })
  })

  it('knows its tokens', async () => {
    const { send } = await start()
    expect((await send('/api/v0/users/current')).json.data.biz_data).toMatchObject({
      token: TOKEN,
      chat: { is_muted: 0 },
    })
    expect(
      (await send('/api/v0/users/current', undefined, { authorization: 'Bearer other' })).json,
    ).toMatchObject({
      code: 40003,
      data: null,
    })
  })

  it('publishes the hash of its answer, which a second implementation agrees on', async () => {
    const { challenge } = await start({ difficulty: 144_000 })
    const given = await challenge()
    const { answer } = solve(given)
    expect(answer).toBeGreaterThanOrEqual(0)
    expect(deepseekHash(`${given.salt}_${given.expire_at}_${answer}`)).toBe(given.challenge)
    expect(given).toMatchObject({ algorithm: 'DeepSeekHashV1', difficulty: 144_000, target_path: COMPLETION })
    expect(deepseekHash('testsalt_1700000000_42')).toBe(
      'd4a2ea58c89e40887c933484868380c6f803eaa8dc53a3b9df8e431b921a4f09',
    )
  })

  it('takes a right proof once, and no proof with any field wrong', async () => {
    const { challenge, session, ask } = await start()
    const id = await session()
    const proof = solve(await challenge())
    const wrong: [string, string][] = [
      ['no proof', ''],
      ['not base64 of JSON', 'abc'],
      ['a wrong answer', write({ ...proof, answer: proof.answer + 1 })],
      ['an answer as text', write({ ...proof, answer: String(proof.answer) })],
      ['another salt', write({ ...proof, salt: 'ff' })],
      ['another signature', write({ ...proof, signature: 'ff' })],
      ['another algorithm', write({ ...proof, algorithm: 'SHA3' })],
      ['another path', write({ ...proof, target_path: '/api/v0/file/upload_file' })],
      ['an unknown challenge', write({ ...proof, challenge: 'f'.repeat(64) })],
      ['a field too many', write({ ...proof, difficulty: 80 })],
    ]
    for (const [what, header] of wrong)
      expect([what, (await ask(id, {}, header)).json?.code]).toEqual([what, 40301])
    expect((await ask(id, {}, write(proof))).text).toContain('event: ready')
    expect((await ask(id, { parent_message_id: 2 }, write(proof))).json.code).toBe(40301)
  })

  it('takes no proof that was made for another call, or too late', async () => {
    const { challenge, session, ask } = await start()
    const id = await session()
    const elsewhere = solve(await challenge('/api/v0/file/upload_file'))
    expect((await ask(id, {}, write(elsewhere))).json.code).toBe(40301)
    const late = await start({ challengeMs: -1 })
    expect((await late.ask(await late.session())).json.code).toBe(40301)
    expect(
      (await late.send('/api/v0/chat/create_pow_challenge', { target_path: '/elsewhere' })).json.data
        .biz_code,
    ).toBe(1)
  })

  it('counts ids up in a session and knows a wrong place', async () => {
    const { session, ask } = await start()
    const id = await session()
    expect((await ask(id)).text).toContain('"response_message_id":2')
    expect((await ask(id)).json.data).toMatchObject({ biz_code: 26 })
    expect((await ask(id, { parent_message_id: 2 })).text).toContain('"response_message_id":4')
  })

  it('edits under new ids, and names only what there is', async () => {
    const { send, challenge, session, ask } = await start()
    const id = await session()
    expect(
      (await send('/api/v0/chat_session/update_title', { chat_session_id: id, title: 'x' })).json.data
        .biz_code,
    ).toBe(5)
    await ask(id)
    const edit = {
      chat_session_id: id,
      message_id: 1,
      prompt: 'other',
      search_enabled: false,
      thinking_enabled: false,
    }
    const path = '/api/v0/chat/edit_message'
    const proof = write(solve(await challenge(path)))
    expect((await send(path, edit, { 'x-ds-pow-response': proof })).text).toContain('"response_message_id":4')
    expect(
      (await send('/api/v0/chat_session/update_title', { chat_session_id: id, title: 'x' })).json.data
        .biz_data.title,
    ).toBe('x')
  })

  it('forgets a deleted session, and lists the others', async () => {
    const { send, session, ask } = await start()
    const [gone, kept] = [await session(), await session()]
    await send('/api/v0/chat_session/delete', { chat_session_id: gone })
    expect((await ask(gone)).json.data.biz_msg).toBe('ILLEGAL_CHAT_SESSION_ID')
    const list = async () =>
      (await send('/api/v0/chat_session/fetch_page?lte_cursor.pinned=false')).json.data.biz_data.chat_sessions
    expect((await list()).map(({ id }: { id: string }) => id)).toEqual([kept])
    await send('/api/v0/chat_session/delete_all', {})
    expect(await list()).toEqual([])
  })

  it('says in 422 which field is missing, and tells its models’ limits', async () => {
    const { send } = await start()
    expect(await send(COMPLETION, { prompt: 'hi' })).toMatchObject({
      status: 422,
      json: { detail: [{ loc: 'body.chat_session_id' }] },
    })
    const models = (await send('/api/v0/client/settings?scope=model')).json.data.biz_data.settings
      .model_configs.value
    expect(
      models.map(({ input_character_limit }: { input_character_limit: number }) => input_character_limit),
    ).toEqual([2_621_440, 163_840, 2_621_440])
  })

  it('plays a scenario by a header too, and refuses a second answer at a time where told to', async () => {
    const { simulator, challenge, session, ask, send } = await start({ refuseParallel: true })
    const first = ask(await session(), { prompt: '[[sim:slow-answer]]' })
    await expect.poll(() => simulator.state.accounts[0]?.live).toBe(1)
    expect((await ask(await session())).text).toContain('rate_limit_reached')
    const named = {
      'x-ds-pow-response': write(solve(await challenge())),
      'x-simulate': 'code-40005',
    }
    const id = await session()
    const body = {
      chat_session_id: id,
      parent_message_id: null,
      prompt: 'x',
      ref_file_ids: [],
      thinking_enabled: false,
      search_enabled: false,
    }
    simulator.options = { refuseParallel: false }
    expect((await send(COMPLETION, body, named)).json.code).toBe(40005)
    await simulator.close()
    await first.catch(() => undefined)
  })
})
