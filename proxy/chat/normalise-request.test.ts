import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Capabilities, DEFAULT_CAPABILITIES } from './capabilities.ts'
import type { ChatRequest, Part, ToolCallPart, ToolResultPart, Turn } from './chat-request.ts'
import { type NormaliseWish, normaliseRequest } from './normalise-request.ts'

const text = (said: string): Part => ({ type: 'text', text: said })
const call = (id: string, name = 'read'): ToolCallPart => ({
  type: 'tool-call',
  id,
  name,
  argumentsText: '{}',
  kind: 'function',
})
const result = (callId: string, said = 'ok'): ToolResultPart => ({
  type: 'tool-result',
  callId,
  parts: [{ type: 'text', text: said }],
  isError: false,
  kind: 'function',
})
const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const system = (said: string): Turn => ({ role: 'system', parts: [text(said)] })

function ask(turns: readonly Turn[], more: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'm', turns, tools: [], stream: false, includeUsage: false, ...more }
}

function normalise(
  request: ChatRequest,
  capabilities: Partial<Capabilities> = {},
  wish: Partial<NormaliseWish> = {},
) {
  return normaliseRequest(request, {
    capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities },
    keeps: () => true,
    laterSystem: 'keep',
    ...wish,
  })
}

const turnsOf = (...turns: Turn[]) => normalise(ask(turns)).turns

describe('pairing calls and results', () => {
  it('leaves a good conversation as it is', () => {
    const turns = [user(text('go')), assistant(text('I look.'), call('a')), user(result('a'), text('and?'))]
    expect(turnsOf(...turns)).toEqual(turns)
  })

  it('puts results before what else the user says (P-24)', () => {
    expect(turnsOf(assistant(call('a')), user(text('hm'), result('a')))).toEqual([
      assistant(call('a')),
      user(result('a'), text('hm')),
    ])
  })

  it('joins parallel results that came in several turns, in the order of the calls (P-26)', () => {
    expect(turnsOf(assistant(call('a'), call('b')), user(result('b', '2')), user(result('a', '1')))).toEqual([
      assistant(call('a'), call('b')),
      user(result('a', '1'), result('b', '2')),
    ])
  })

  it('moves a result forward over messages in between (P-23, P-25)', () => {
    expect(
      turnsOf(
        assistant(call('a')),
        system('note'),
        user(text('approved')),
        assistant(text('fine')),
        user(result('a')),
      ),
    ).toEqual([
      assistant(call('a')),
      user(result('a')),
      system('note'),
      user(text('approved')),
      assistant(text('fine')),
    ])
  })

  it('leaves out a second result and one without a call (P-27)', () => {
    expect(
      turnsOf(assistant(call('a')), user(result('a', 'first'), result('a', 'second'), result('ghost'))),
    ).toEqual([assistant(call('a')), user(result('a', 'first'))])
  })

  it('answers a call that nobody answered, also in the last turn (P-23)', () => {
    const [, answered] = turnsOf(assistant(call('a'), call('b')), user(result('b')))
    expect(answered?.parts).toMatchObject([
      { callId: 'a', isError: true },
      { callId: 'b', isError: false },
    ])
    expect(turnsOf(user(text('x')), assistant(call('a'))).at(-1)).toMatchObject({
      role: 'user',
      parts: [{ callId: 'a' }],
    })
  })

  it('keeps text, call and text in one assistant turn (P-28, P-30)', () => {
    const turn = assistant(text('one'), call('a'), text('two'))
    expect(turnsOf(turn, user(result('a')))).toEqual([turn, user(result('a'))])
  })

  it('joins neighbours of one role, also where something between them was left out', () => {
    expect(
      turnsOf(
        user(text('a')),
        user(),
        user(text('b')),
        assistant(text('c')),
        user(result('ghost')),
        assistant(text('d')),
      ),
    ).toEqual([user(text('a'), text('b')), assistant(text('c'), text('d'))])
  })

  it('leaves out empty and blank text, and turns that hold nothing else (P-101, P-102)', () => {
    expect(turnsOf(user(text(''), text('x'), text(' \n')), assistant(text('')), user(text('y')))).toEqual([
      user(text('x'), text('y')),
    ])
  })

  it('knows calls apart whose upstream counts ids from 0 in each answer', () => {
    const turns = turnsOf(
      assistant(call('0')),
      user(result('0', 'one')),
      assistant(call('0')),
      user(result('0', 'two')),
    )
    const ids = turns.flatMap((turn) =>
      turn.parts.map((part) =>
        part.type === 'tool-call' ? part.id : part.type === 'tool-result' ? part.callId : '',
      ),
    )
    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).toBe(ids[3])
    expect(ids[0]).not.toBe(ids[2])
    expect(turns.map(({ role }) => role)).toEqual(['assistant', 'user', 'assistant', 'user'])
    expect(turns[1]?.parts[0]).toMatchObject({ parts: [{ text: 'one' }] })
    expect(turns[3]?.parts[0]).toMatchObject({ parts: [{ text: 'two' }] })
  })
})

describe('ids that come twice', () => {
  it('gives a result to the latest call that waits for it', () => {
    const turns = turnsOf(
      assistant(call('0')),
      user(text('stop')),
      assistant(call('0')),
      user(result('0', 'of the second')),
    )
    expect(turns[1]?.parts[0]).toMatchObject({ type: 'tool-result', isError: true })
    expect(turns[3]?.parts[0]).toMatchObject({ parts: [{ text: 'of the second' }] })
  })

  it('gives parallel results of one id to its calls in order', () => {
    const turns = turnsOf(assistant(call('0'), call('0')), user(result('0', 'first'), result('0', 'second')))
    expect(turns[1]?.parts).toMatchObject([{ parts: [{ text: 'first' }] }, { parts: [{ text: 'second' }] }])
  })
})

describe('ids and names', () => {
  it('makes ids fit, alike for call and result, and the same in each turn (P-31, P-32, P-40)', () => {
    const long = 'x'.repeat(90)
    const first = normalise(
      ask([assistant(call('functions.read:0'), call(long)), user(result('functions.read:0'), result(long))]),
      { callIdMax: 40 },
    )
    const ids = first.turns[0]?.parts.map((part) => (part.type === 'tool-call' ? part.id : ''))
    expect(first.turns[1]?.parts.map((part) => (part.type === 'tool-result' ? part.callId : ''))).toEqual(ids)
    for (const id of ids ?? []) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
    const longer = normalise(
      ask([
        assistant(call('functions.read:0'), call(long)),
        user(result('functions.read:0'), result(long)),
        assistant(call('new')),
      ]),
      { callIdMax: 40 },
    )
    expect(longer.turns.slice(0, 2)).toEqual(first.turns)
  })

  const tool = (name: string, more = {}) => ({ kind: 'function' as const, name, ...more })

  it('shortens and cleans names, and knows the way back (P-33, P-34)', () => {
    const names = ['a.b', 'a/b', 'a_b', `${'long_'.repeat(20)}1`, `${'long_'.repeat(20)}2`]
    const { tools, identities } = normalise(ask([], { tools: names.map((name) => tool(name)) }))
    const sent = tools.map((each) => (each.kind === 'hosted' ? '' : each.name))
    expect(new Set(sent).size).toBe(5)
    expect(sent[2]).toBe('a_b')
    for (const name of sent) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    expect(sent.map((name) => identities.get(name)?.name)).toEqual(names)
  })

  it('names calls in the history like their tools (P-34)', () => {
    const { tools, turns } = normalise(ask([assistant(call('c', 'my.tool'))], { tools: [tool('my.tool')] }))
    expect(tools[0]).toMatchObject({ name: (turns[0]!.parts[0] as ToolCallPart).name })
  })

  it('flattens namespaces and knows them again (P-42)', () => {
    const { tools, identities } = normalise(
      ask([], { tools: [tool('run', { namespace: 'shell' }), tool('run')] }),
    )
    expect(tools).toMatchObject([{ name: 'shell__run' }, { name: 'run' }])
    expect(identities.get('shell__run')).toEqual({ name: 'run', namespace: 'shell', kind: 'function' })
  })

  it('sends a custom tool as a function with one text, in the history too (P-42)', () => {
    const custom = {
      kind: 'custom' as const,
      name: 'patch',
      format: { type: 'grammar', grammar: { definition: 'start: "x"' } },
    }
    const past: ToolCallPart = { ...call('c', 'patch'), kind: 'custom', argumentsText: 'free "text"' }
    const { tools, turns } = normalise(ask([assistant(past)], { tools: [custom] }))
    expect(tools[0]).toMatchObject({
      kind: 'function',
      parameters: { properties: { input: { type: 'string' } } },
    })
    expect(tools[0]).toMatchObject({ description: expect.stringContaining('start: "x"') })
    expect(turns[0]?.parts[0]).toMatchObject({ argumentsText: '{"input":"free \\"text\\""}' })
    const native = normalise(ask([assistant(past)], { tools: [custom] }), { customTools: true })
    expect(native.tools[0]).toMatchObject({ kind: 'custom', format: custom.format })
  })
})

describe('tools and their choice', () => {
  const read = { kind: 'function' as const, name: 'read' }

  it('drops a choice where no tools are (P-41)', () => {
    const hosted = {
      kind: 'hosted' as const,
      protocol: 'anthropic-messages' as const,
      raw: { type: 'web_search_20250305' },
    }
    const { tools, toolChoice, parallelToolCalls } = normalise(
      ask([], { tools: [hosted], toolChoice: { type: 'required' }, parallelToolCalls: false }),
    )
    expect({ tools, toolChoice, parallelToolCalls }).toEqual({
      tools: [],
      toolChoice: undefined,
      parallelToolCalls: undefined,
    })
    expect(
      normalise(ask([], { tools: [hosted] }), {}, { hostedProtocol: 'anthropic-messages' }).tools,
    ).toEqual([hosted])
    expect(normalise(ask([], { tools: [read] }), { tools: false }).tools).toEqual([])
  })

  it('drops a choice of a tool that is not there, and names one that was renamed (P-34, P-41)', () => {
    const named = (name: string) => ({ type: 'named' as const, name })
    expect(normalise(ask([], { tools: [read], toolChoice: named('gone') })).toolChoice).toBeUndefined()
    const { tools, toolChoice } = normalise(
      ask([], { tools: [{ ...read, name: 'a.b' }], toolChoice: named('a.b') }),
    )
    expect(toolChoice).toMatchObject({ name: (tools[0] as { name: string }).name })
  })

  it('sends only the allowed tools', () => {
    const toolChoice = { type: 'allowed' as const, mode: 'required' as const, names: ['read'] }
    const normal = normalise(ask([], { tools: [read, { ...read, name: 'write' }], toolChoice }))
    expect(normal.tools).toMatchObject([{ name: 'read' }])
    expect(normal.toolChoice).toEqual({ type: 'required' })
  })

  it('sends a tool once that was declared twice', () => {
    expect(normalise(ask([], { tools: [read, read] })).tools).toHaveLength(1)
  })

  it.each([
    ['nothing', undefined, { type: 'object', properties: {} }],
    ['an object without properties (P-44)', { type: 'object' }, { type: 'object', properties: {} }],
    [
      'type null (P-45)',
      { type: null, properties: null, required: null },
      { type: 'object', properties: {} },
    ],
    [
      'anyOf at the root (P-46)',
      {
        anyOf: [
          { properties: { a: { type: 'string' }, b: {} }, required: ['a', 'b'] },
          { properties: { a: {} }, required: ['a'] },
        ],
      },
      { type: 'object', properties: { a: { type: 'string' }, b: {} }, required: ['a'] },
    ],
    [
      'allOf at the root (P-46)',
      { properties: { z: {} }, allOf: [{ properties: { a: {} }, required: ['a'] }, { required: ['z'] }] },
      { type: 'object', properties: { a: {}, z: {} }, required: ['a', 'z'] },
    ],
    [
      'a reference at the root (P-47)',
      { $ref: '#/$defs/X', $defs: { X: { type: 'object', properties: { a: {} }, required: ['a'] } } },
      {
        type: 'object',
        properties: { a: {} },
        required: ['a'],
        $defs: { X: { type: 'object', properties: { a: {} }, required: ['a'] } },
      },
    ],
    ['a reference to itself', { $ref: '#' }, { type: 'object', properties: {}, $ref: '#' }],
  ])('makes an object of a schema with %s', (_, parameters, expected) => {
    const tool = parameters === undefined ? read : { ...read, parameters }
    expect(normalise(ask([], { tools: [tool] })).tools[0]).toMatchObject({ parameters: expected })
  })
})

describe('system turns, images, and what cannot be translated', () => {
  const talk = [system('first'), user(text('hi')), system('later'), user(text('go'))]

  it('keeps, joins or notes a later system turn, as the upstream bears it (P-112)', () => {
    expect(normalise(ask(talk)).turns).toEqual(talk)
    expect(normalise(ask(talk), {}, { laterSystem: 'hoist' }).turns).toEqual([
      { role: 'system', parts: [text('first'), text('later')] },
      user(text('hi'), text('go')),
    ])
    expect(normalise(ask(talk), {}, { laterSystem: 'note' }).turns).toEqual([
      system('first'),
      user(text('hi'), text('<system>\nlater\n</system>'), text('go')),
    ])
  })

  it('makes developer turns system turns where the upstream has none (P-111)', () => {
    const turns: Turn[] = [{ role: 'developer', parts: [text('rules')] }]
    expect(normalise(ask(turns)).turns[0]?.role).toBe('system')
    expect(normalise(ask(turns), { developerRole: true }).turns[0]?.role).toBe('developer')
  })

  it('moves images behind the results, never into text (P-37)', () => {
    const image = {
      type: 'image' as const,
      source: { kind: 'base64' as const, mediaType: 'image/png', data: 'AAAA' },
    }
    const shot: ToolResultPart = { ...result('a'), parts: [image] }
    const turns = [assistant(call('a'), call('b')), user(shot, result('b'), text('look'))]
    expect(normalise(ask(turns), { imagesInToolResults: true }).turns).toEqual(turns)
    const moved = normalise(ask(turns)).turns[1]?.parts ?? []
    expect(moved.map((part) => part.type)).toEqual(['tool-result', 'tool-result', 'text', 'image', 'text'])
    expect(JSON.stringify(moved.slice(0, 2))).not.toContain('AAAA')
  })

  it('refuses more than one answer, and answers in audio', () => {
    expect(() => normalise(ask([], { answerCount: 2 }))).toThrow(
      expect.objectContaining({ kind: 'invalid-request', param: 'n' }),
    )
    const extras = { protocol: 'openai-chat' as const, fields: { modalities: ['text', 'audio'] } }
    expect(() => normalise(ask([], { extras }))).toThrow(expect.objectContaining({ param: 'modalities' }))
  })
})

describe('any conversation', () => {
  const id = fc.constantFrom('a', 'b', 'c.d', 'e f', 'x'.repeat(70))
  const part = fc.oneof(
    fc.string().map(text),
    id.map((each) => call(each)),
    id.map((each) => result(each)),
  )
  const turn = fc.record({
    role: fc.constantFrom('user' as const, 'assistant' as const, 'system' as const),
    parts: fc.array(part, { maxLength: 5 }),
  })
  const legal = fc.array(turn, { maxLength: 10 }).map((turns) =>
    turns.map(({ role, parts }) => ({
      role,
      parts: parts.filter(
        ({ type }) =>
          type === 'text' ||
          (role === 'user' ? type === 'tool-result' : role === 'assistant' && type === 'tool-call'),
      ),
    })),
  )

  it('keeps every call and every text, and gives each call one result right behind it (P-23 to P-32)', () => {
    fc.assert(
      fc.property(legal, (turns) => {
        const { turns: sent } = normalise(ask(turns))
        const all = (list: readonly Turn[], type: Part['type']) =>
          list.flatMap((each) => each.parts).filter((each) => each.type === type)
        const texts = (list: readonly Turn[]) =>
          all(list, 'text')
            .map((each) => (each.type === 'text' ? each.text : ''))
            .filter((said) => said.trim() !== '')
            .toSorted()
        expect(texts(sent)).toEqual(texts(turns))
        expect(all(sent, 'tool-call')).toHaveLength(all(turns, 'tool-call').length)
        for (const [index, each] of sent.entries()) {
          expect(each.parts.length).toBeGreaterThan(0)
          expect(each.role).not.toBe(sent[index - 1]?.role)
          const calls = each.parts.flatMap((one) => (one.type === 'tool-call' ? [one.id] : []))
          const results = (sent[index + 1]?.parts ?? [])
            .slice(0, calls.length)
            .map((one) => (one.type === 'tool-result' ? one.callId : ''))
          expect(results).toEqual(calls)
        }
        expect(all(sent, 'tool-result')).toHaveLength(all(sent, 'tool-call').length)
        const ids = all(sent, 'tool-call').map((each) => (each.type === 'tool-call' ? each.id : ''))
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  it('keeps each round of calls apart, however many there are (P-23, P-28)', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(id, { minLength: 1 }), { maxLength: 6 }), (rounds) => {
        const turns = rounds.flatMap((ids) => [
          assistant(...ids.map((each) => call(each))),
          user(...ids.map((each) => result(each, each))),
        ])
        const sent = normalise(ask(turns)).turns
        expect(sent.map(({ role, parts }) => [role, parts.length])).toEqual(
          turns.map(({ role, parts }) => [role, parts.length]),
        )
        const said = sent.flatMap(({ parts }) =>
          parts.flatMap((each) => (each.type === 'tool-result' ? each.parts : [])),
        )
        expect(said).toEqual(rounds.flat().map((each) => text(each)))
      }),
    )
  })

  it('comes out the same a second time (Determinism)', () => {
    fc.assert(
      fc.property(legal, (turns) => {
        expect(JSON.stringify(normalise(ask(turns)).turns)).toBe(
          JSON.stringify(normalise(ask(structuredClone(turns))).turns),
        )
        const once = normalise(ask(turns)).turns
        expect(normalise(ask(once)).turns).toEqual(once)
      }),
    )
  })
})
