import { describe, expect, it } from 'vitest'
import type { ChatRequest, Turn } from '../chat/chat-request.ts'
import { bridgeRequest } from './bridge-request.ts'
import { askWith, CASE_TOOLS, PLAIN_OPTIONS, tell, tool } from './filter.test-support.ts'
import { INSIST } from './write-tool-prompt.ts'

const bridge = (request: ChatRequest, options = {}) =>
  bridgeRequest(request, { ...PLAIN_OPTIONS, ...options })
const textOf = ({ turns }: ChatRequest, role?: Turn['role']) =>
  turns
    .filter((turn) => role === undefined || turn.role === role)
    .flatMap(({ parts }) => parts.flatMap((part) => ('text' in part ? [part.text] : [])))
    .join('\n')

const HISTORY: readonly Turn[] = [
  { role: 'user', parts: [{ type: 'text', text: 'Tide?' }] },
  {
    role: 'assistant',
    parts: [
      { type: 'text', text: 'I look.' },
      {
        type: 'tool-call',
        id: 'call_1',
        name: 'get_tide',
        argumentsText: '{"port":"Brest"}',
        kind: 'function',
      },
      { type: 'tool-call', id: 'call_2', name: 'ping', argumentsText: '', kind: 'function' },
    ],
  },
  {
    role: 'user',
    parts: [
      { type: 'tool-result', callId: 'call_2', parts: [], isError: false, kind: 'function' },
      {
        type: 'tool-result',
        callId: 'call_1',
        parts: [{ type: 'text', text: 'High' }],
        isError: true,
        kind: 'function',
      },
    ],
  },
]

describe('A request told in words', () => {
  it('stays what it is where there are no tools, no tool turns and no thinking', () => {
    const request = askWith([], {
      turns: [{ role: 'user', parts: [{ type: 'text', text: 'What is <tool_calls>?' }] }],
    })
    expect(bridge(request).request).toEqual(request)
  })

  it('holds no tools, and names each with its description and schema', () => {
    const { request } = bridge(askWith(CASE_TOOLS, { toolChoice: { type: 'auto' }, parallelToolCalls: true }))
    expect([request.tools, 'toolChoice' in request, 'parallelToolCalls' in request]).toEqual([
      [],
      false,
      false,
    ])
    expect(textOf(request, 'system')).toContain(
      '## Tool: get_tide\nParameters (JSON schema): {"type":"object","properties":{"port":{"type":"string"}},"required":["port"]}',
    )
  })

  it('is the same text every time, and what one request adds stands behind what all share', () => {
    const auto = textOf(bridge(askWith(CASE_TOOLS)).request, 'system')
    expect(textOf(bridge(askWith(CASE_TOOLS)).request, 'system')).toBe(auto)
    const required = textOf(
      bridge(askWith(CASE_TOOLS, { toolChoice: { type: 'required' } })).request,
      'system',
    )
    expect([required.startsWith(auto), required.length > auto.length]).toEqual([true, true])
  })

  it('shows past calls in the form of calls, and each result as a record behind its call', () => {
    const { request } = bridge(askWith(CASE_TOOLS, { turns: HISTORY }))
    expect(request.turns.slice(1)).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'Tide?' }] },
      {
        role: 'assistant',
        parts: [
          {
            type: 'text',
            text: 'I look.\n\n<tool_calls>\n<invoke name="get_tide">\n<parameter name="port"><![CDATA[Brest]]></parameter>\n</invoke>\n<invoke name="ping">\n</invoke>\n</tool_calls>',
          },
        ],
      },
      {
        role: 'user',
        parts: [
          {
            type: 'text',
            text: '<tool_result id="call_1" name="get_tide" status="error">\nHigh\n</tool_result>\n\n<tool_result id="call_2" name="ping">\n(no output)\n</tool_result>',
          },
        ],
      },
    ])
  })

  it('T-137, P-123: tells calls of earlier turns as completed where no tools are left, and reads none from the answer', () => {
    const request = askWith([], { turns: HISTORY })
    const text = textOf(bridge(request).request)
    expect(text).toContain('(Completed earlier, not to be repeated:\n- get_tide {"port":"Brest"}\n- ping {})')
    expect(text).not.toMatch(/<tool_calls>|CDATA|# Tools/)
    const said = '<tool_calls>\n<invoke name="get_tide">\n</invoke>\n</tool_calls>'
    expect(tell([{ kind: 'text', text: said }], { request })).toMatchObject({ text: said, calls: [] })
  })

  it.each([
    '<tool_calls>',
    '</tool_calls>',
    '<invoke name="ping">',
    '<｜DSML｜tool_calls>',
    '<| DSML | tool_calls>',
    '<tool_call>',
    '<tool:ping>',
    '<tools>',
    '</tool_result>',
    '<｜User｜>',
    '<|im_start|>',
    '<｜tool▁calls▁begin｜>',
    '<think>',
    '</thinking>',
    '<<CALL_k3vq9x2m>>',
    '[function_calls]',
    'function_calls]',
    '[call:ping]',
    '<function_calls>',
  ])('T-139, T-11: escapes %s in what others wrote', (marker) => {
    const turns: readonly Turn[] = [
      { role: 'system', parts: [{ type: 'text', text: `of-s ${marker}` }] },
      { role: 'user', parts: [{ type: 'text', text: `of-u ${marker}` }] },
      {
        role: 'assistant',
        parts: [
          { type: 'text', text: `of-a ${marker}` },
          { type: 'tool-call', id: 'c', name: 'ping', argumentsText: '{}', kind: 'function' },
        ],
      },
      {
        role: 'user',
        parts: [
          {
            type: 'tool-result',
            callId: 'c',
            parts: [{ type: 'text', text: `of-r ${marker}` }],
            isError: false,
            kind: 'function',
          },
        ],
      },
    ]
    const described = [{ ...tool('ping', {}, []), description: `of-d ${marker}` }]
    const text = textOf(bridge(askWith(described, { turns })).request)
    for (const place of ['of-s', 'of-u', 'of-a', 'of-r', 'of-d']) {
      expect(text).not.toContain(`${place} ${marker}`)
      expect(text).toMatch(new RegExp(`^.*(?:^|\\s)${place} .*&(?:lt|#91|#93);`, 'm'))
    }
  })

  it('T-139, T-11: a quoted call that comes back as it stood in the prompt is text', () => {
    const quoted =
      '<<CALL_k3vq9x2m>>\n<invoke name="ping">{}</invoke>\n<tool_calls>\n<invoke name="ping">\n</invoke>\n</tool_calls>'
    const turns: readonly Turn[] = [{ role: 'user', parts: [{ type: 'text', text: quoted }] }]
    const request = askWith(CASE_TOOLS, { turns })
    const shown = textOf(bridge(request).request, 'user')
    expect(tell([{ kind: 'text', text: shown }], { request })).toMatchObject({
      text: shown,
      calls: [],
      notes: [],
    })
  })

  it('leaves other text alone', () => {
    const text = 'a <b> [x] xs |> f <| y <|> z <toolbar> <invoker> function_calls() {"tool_calls":1}'
    const request = askWith(CASE_TOOLS, { turns: [{ role: 'user', parts: [{ type: 'text', text }] }] })
    expect(textOf(bridge(request).request, 'user')).toBe(text)
  })

  it('keeps images of a result beside its record', () => {
    const image = { type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } } as const
    const turns: readonly Turn[] = [
      ...HISTORY.slice(0, 2),
      {
        role: 'user',
        parts: [{ type: 'tool-result', callId: 'call_1', parts: [image], isError: false, kind: 'function' }],
      },
    ]
    expect(bridge(askWith(CASE_TOOLS, { turns })).request.turns.at(-1)?.parts).toContainEqual(image)
  })

  it('T-141: takes a tool without parameters, and one whose schema is wrapped in a union', () => {
    const text = textOf(
      bridge(
        askWith([
          { kind: 'function', name: 'bare' },
          {
            kind: 'function',
            name: 'either',
            parameters: { anyOf: [{ type: 'object', properties: { a: { type: 'string' } } }] },
          },
        ]),
      ).request,
    )
    expect(text).toContain('## Tool: bare\nParameters (JSON schema): {"type":"object","properties":{}}')
    expect(text).toContain(
      '## Tool: either\nParameters (JSON schema): {"type":"object","properties":{"a":{"type":"string"}}}',
    )
  })

  it('describes a tool of free text with one string, and gives that string as its input', () => {
    const request = askWith([{ kind: 'custom', name: 'apply_patch', description: 'Patches.' }])
    expect(textOf(bridge(request).request)).toContain('"input":{"type":"string"}')
    const patch = '*** Begin Patch\n+<![CDATA[ "x"\n*** End Patch'
    const said = `<tool_calls>\n<invoke name="apply_patch">\n<parameter name="input"><![CDATA[${patch}]]></parameter>\n</invoke>\n</tool_calls>`
    expect(tell([{ kind: 'text', text: said }], { request }).calls).toEqual([
      { name: 'apply_patch', arguments: patch },
    ])
  })

  it('names a tool of a namespace with it, and gives it back apart', () => {
    const request = askWith([{ ...tool('list', {}, []), namespace: 'files' }])
    const said = '<tool_calls>\n<invoke name="files__list">\n</invoke>\n</tool_calls>'
    expect(tell([{ kind: 'text', text: said }], { request }).calls).toEqual([
      { name: 'files/list', arguments: {} },
    ])
  })
})

describe('tool_choice in words', () => {
  const says = (wish: Partial<ChatRequest>, options = {}) =>
    textOf(bridge(askWith(CASE_TOOLS, wish), options).request, 'system')

  it('none: no tool is described', () => {
    expect(says({ toolChoice: { type: 'none' } })).toBe('')
  })

  it('required, and auto under bridge.strict: a call must be made', () => {
    expect(says({ toolChoice: { type: 'required' } })).toContain('You must call at least one')
    expect(says({}, { isStrict: true })).toContain('You must call at least one')
    expect(says({})).not.toContain('You must call')
  })

  it('named: only this tool is described, and must be called', () => {
    const text = says({ toolChoice: { type: 'named', name: 'ping' } })
    expect([text.includes('You must call the tool ping'), text.includes('get_tide')]).toEqual([true, false])
  })

  it('allowed: only these tools are described', () => {
    const text = says({ toolChoice: { type: 'allowed', mode: 'required', names: ['ping', 'run_cmd'] } })
    expect([
      text.includes('## Tool: run_cmd'),
      text.includes('get_tide'),
      text.includes('You must call at least'),
    ]).toEqual([true, false, true])
  })

  it('one call at a time where parallel calls are switched off', () => {
    expect(says({ parallelToolCalls: false })).toContain('exactly one <invoke>')
  })

  it.each([
    ['unknown_tool_choice_function', CASE_TOOLS, { type: 'named', name: 'sink_ship' }],
    ['missing_tools', [], { type: 'required' }],
    ['missing_tools', [], { type: 'named', name: 'ping' }],
  ] as const)('is refused with %s where it asks for what is not declared', (code, tools, toolChoice) => {
    expect(() => bridge(askWith(tools, { toolChoice }))).toThrow(
      expect.objectContaining({ code, kind: 'invalid-request' }),
    )
  })

  it('T-133: a second request says what the first answer lacked', () => {
    expect(says({}, { isStrict: true, insists: true })).toContain(INSIST)
    expect(bridge(askWith(CASE_TOOLS), { isStrict: true }).wantsCall).toBe(true)
    expect(bridge(askWith([]), { isStrict: true }).wantsCall).toBe(false)
  })
})

describe('Thinking that is lent', () => {
  const hint = (request: ChatRequest, options = {}) =>
    textOf(bridge(request, options).request, 'system').includes('<thinking>')

  it.each([
    ['the model’s name', {}, { wantsThinking: true }, true],
    ['an effort', { reasoning: { mode: 'effort', effort: 'low' } }, {}, true],
    ['a budget', { reasoning: { mode: 'budget', budgetTokens: 2000 } }, {}, true],
    ['nothing', {}, {}, false],
    ['the name, where the request says no', { reasoning: { mode: 'off' } }, { wantsThinking: true }, false],
    [
      'the name, where the effort is none',
      { reasoning: { mode: 'effort', effort: 'none' } },
      { wantsThinking: true },
      false,
    ],
  ] as const)('is asked for by %s', (_what, wish, options, isAsked) => {
    expect(hint(askWith([], wish), options)).toBe(isAsked)
  })

  it('is a switch, and no words, for an upstream with a switch for it', () => {
    const { request } = bridge(askWith([]), { thinking: 'native', wantsThinking: true })
    expect([request.reasoning, textOf(request)]).toEqual([{ mode: 'adaptive' }, 'Ahoy'])
  })

  it('is no field for an upstream that is asked in words', () => {
    expect(bridge(askWith([], { reasoning: { mode: 'effort', effort: 'high' } })).request).not.toHaveProperty(
      'reasoning',
    )
  })
})
