import { describe, expect, it } from 'vitest'
import { type Capabilities, DEFAULT_CAPABILITIES } from '../../chat/capabilities.ts'
import type { ChatRequest, Part, Turn } from '../../chat/chat-request.ts'
import { anthropicCodec } from './index.ts'

const CLAUDE: Partial<Capabilities> = {
  cacheControl: true,
  imagesInToolResults: true,
  thinkingStyle: 'adaptive',
  effortLevels: ['low', 'medium', 'high'],
}

function writeWhole(request: Partial<ChatRequest>, capabilities: Partial<Capabilities> = {}) {
  const whole: ChatRequest = {
    model: 'asked',
    turns: [user(text('hi'))],
    tools: [],
    stream: true,
    includeUsage: false,
    ...request,
  }
  return anthropicCodec.writeRequest(whole, {
    model: 'sent',
    stream: true,
    capabilities: { ...DEFAULT_CAPABILITIES, ...CLAUDE, ...capabilities },
  })
}
const write = (request: Partial<ChatRequest>, capabilities: Partial<Capabilities> = {}) =>
  writeWhole(request, capabilities).body

const text = (said: string): Part => ({ type: 'text', text: said })
const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
const call: Part = {
  type: 'tool-call',
  id: 'c1',
  name: 'read',
  argumentsText: '{"path": "a"}',
  kind: 'function',
}
const result: Part = {
  type: 'tool-result',
  callId: 'c1',
  parts: [{ type: 'text', text: 'ok' }],
  isError: true,
  kind: 'function',
}
const tools: ChatRequest['tools'] = [{ kind: 'function', name: 'read', description: 'Reads.' }]
const signed: Part = {
  type: 'thinking',
  text: 'Hm.',
  signature: { origin: 'anthropic-messages', data: 'c2ln' },
}

describe('writing a Messages request', () => {
  it('writes a conversation with tools, in a fixed order of fields', () => {
    const turns: Turn[] = [
      { role: 'system', parts: [text('Be brief.')] },
      user(text('Look.'), { type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } }),
      assistant(signed, text('I look.'), call),
      user(text('and?'), result),
    ]
    const body = write({
      turns,
      tools,
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
      maxOutputTokens: 100,
    })
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        model: 'sent',
        max_tokens: 100,
        tools: [{ name: 'read', description: 'Reads.', input_schema: { type: 'object', properties: {} } }],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
        system: [{ type: 'text', text: 'Be brief.' }],
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Look.' },
              { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } },
            ],
          },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
              { type: 'text', text: 'I look.' },
              { type: 'tool_use', id: 'c1', name: 'read', input: { path: 'a' } },
            ],
          },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'c1',
                content: [{ type: 'text', text: 'ok' }],
                is_error: true,
              },
              { type: 'text', text: 'and?' },
            ],
          },
        ],
        stream: true,
      }),
    )
  })

  it('always sends a limit, and never one that is too large', () => {
    expect(write({}, { defaultMaxTokens: 777 })).toMatchObject({ max_tokens: 777 })
    expect(write({ maxOutputTokens: 128_000 }, { largestMaxTokens: 64_000 })).toMatchObject({
      max_tokens: 64_000,
    })
  })

  it('takes back its own thinking only: never unsigned, never signed elsewhere (P-55, P-65, P-66)', () => {
    const carrier = { origin: 'anthropic-messages', data: 'aGlk' } as const
    const foreign = { origin: 'openai-responses', data: 'gAAA' } as const
    const turns = [
      assistant(
        { type: 'thinking', text: 'unsigned' },
        { type: 'thinking', text: 'foreign', signature: foreign },
        { type: 'redacted-thinking', carrier: foreign },
        signed,
        { type: 'redacted-thinking', carrier },
        text('Yes.'),
      ),
    ]
    const messages = write({ turns: [user(text('x')), ...turns] }).messages
    expect(messages).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', signature: 'c2ln' },
          { type: 'redacted_thinking', data: 'aGlk' },
          { type: 'text' },
        ],
      },
    ])
    expect(JSON.stringify(messages)).not.toMatch(/unsigned|foreign|gAAA/)
  })

  it.each<[string, Partial<ChatRequest>, Partial<Capabilities>, object, readonly string[]]>([
    [
      'an effort',
      { reasoning: { mode: 'effort', effort: 'minimal' } },
      {},
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
      [],
    ],
    [
      'thinking as the model likes',
      { reasoning: { mode: 'adaptive', showThoughts: true } },
      {},
      { thinking: { type: 'adaptive', display: 'summarized' } },
      ['output_config'],
    ],
    [
      'a budget, to a model of efforts',
      { reasoning: { mode: 'budget', budgetTokens: 8000 } },
      {},
      { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
      [],
    ],
    [
      'no thinking (P-64)',
      { reasoning: { mode: 'off' } },
      {},
      { thinking: { type: 'disabled' } },
      ['output_config'],
    ],
    [
      'no thinking, to a model that has none',
      { reasoning: { mode: 'effort', effort: 'high' } },
      { thinkingStyle: 'none' },
      {},
      ['thinking', 'output_config'],
    ],
    [
      'an effort, to a model of budgets',
      { reasoning: { mode: 'effort', effort: 'medium' } },
      { thinkingStyle: 'budget', defaultMaxTokens: 4000 },
      { thinking: { type: 'enabled', budget_tokens: 8192 }, max_tokens: 12_192 },
      ['output_config'],
    ],
    [
      'a budget as large as the limit (Qwen Code)',
      { reasoning: { mode: 'budget', budgetTokens: 32_000 }, maxOutputTokens: 32_000 },
      { thinkingStyle: 'budget' },
      { thinking: { type: 'enabled', budget_tokens: 25_600 }, max_tokens: 32_000 },
      [],
    ],
    [
      'a budget below the least',
      { reasoning: { mode: 'budget', budgetTokens: 10 }, maxOutputTokens: 4000 },
      { thinkingStyle: 'budget' },
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      [],
    ],
    [
      'a budget that cannot fit',
      { reasoning: { mode: 'budget', budgetTokens: 2000 }, maxOutputTokens: 1024 },
      { thinkingStyle: 'budget' },
      { max_tokens: 1024 },
      ['thinking'],
    ],
    [
      'thinking beside a forced tool',
      { reasoning: { mode: 'adaptive' }, tools, toolChoice: { type: 'required' } },
      {},
      { tool_choice: { type: 'any' } },
      ['thinking'],
    ],
    [
      'thinking in a tool loop whose thinking is lost (P-54)',
      {
        reasoning: { mode: 'budget', budgetTokens: 2000 },
        turns: [user(text('x')), assistant(call), user(result)],
      },
      { thinkingStyle: 'budget' },
      {},
      ['thinking'],
    ],
    [
      'thinking in a tool loop that has it (P-54)',
      {
        reasoning: { mode: 'budget', budgetTokens: 2000 },
        turns: [user(text('x')), assistant(signed, call), user(result)],
      },
      { thinkingStyle: 'budget' },
      { thinking: { type: 'enabled' } },
      [],
    ],
  ])('asks for %s', (_, request, capabilities, expected, absent) => {
    const body = write(request, capabilities)
    expect(body).toMatchObject(expected)
    for (const field of absent) expect(body).not.toHaveProperty(field)
  })

  it('sends one sampling wish, clamped, and none beside thinking (P-108)', () => {
    expect(write({ temperature: 1.7, topP: 0.5, topK: 3 })).toMatchObject({ temperature: 1, top_k: 3 })
    expect(write({ temperature: 1.7, topP: 0.5 })).not.toHaveProperty('top_p')
    expect(write({ topP: 0.5 })).toMatchObject({ top_p: 0.5 })
    const bare = [
      write({ temperature: 1, topP: 1 }, { sampling: false }),
      write({ temperature: 1, reasoning: { mode: 'adaptive' } }),
    ]
    for (const body of bare) expect(Object.keys(body)).not.toContain('temperature')
  })

  it('writes every tool choice, and one call at a time without any (P-41)', () => {
    const choose = (more: Partial<ChatRequest>) => write({ tools, ...more }).tool_choice
    expect(choose({})).toBeUndefined()
    expect(choose({ toolChoice: { type: 'none' }, parallelToolCalls: false })).toEqual({ type: 'none' })
    expect(choose({ toolChoice: { type: 'named', name: 'read' } })).toEqual({ type: 'tool', name: 'read' })
    expect(choose({ parallelToolCalls: false })).toEqual({ type: 'auto', disable_parallel_tool_use: true })
    expect(write({ tools: [], toolChoice: { type: 'auto' }, parallelToolCalls: false })).not.toHaveProperty(
      'tool_choice',
    )
  })

  it('passes its own server tools on, without unknown fields on the others (P-22, P-43)', () => {
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 }
    const body = write({
      tools: [
        { kind: 'hosted', protocol: 'anthropic-messages', raw: search },
        { kind: 'function', name: 'a', isDeferred: true },
      ],
    })
    expect(body.tools).toEqual([search, { name: 'a', input_schema: { type: 'object', properties: {} } }])
  })

  it('keeps its own tools’ blocks beside a client’s call in one turn, in order (P-29)', () => {
    const opaque = (raw: { type: string }): Part => ({ type: 'opaque', protocol: 'anthropic-messages', raw })
    const own = [opaque({ type: 'server_tool_use' }), opaque({ type: 'web_search_tool_result' })]
    expect(write({ turns: [user(text('x')), assistant(...own, call), user(result)] }).messages).toMatchObject(
      [
        {},
        { content: [{ type: 'server_tool_use' }, { type: 'web_search_tool_result' }, { type: 'tool_use' }] },
        { content: [{ type: 'tool_result' }] },
      ],
    )
  })

  it('keeps the last four cache marks, and none where they are unknown (P-104, P-105)', () => {
    const mark = (id: number) => ({ type: 'ephemeral', id })
    const turns: Turn[] = [1, 2, 3, 4].map((id) =>
      user({ type: 'text', text: `t${id}`, cacheControl: mark(id) }),
    )
    const request = { turns, tools: [{ ...tools[0]!, cacheControl: mark(0) }] as ChatRequest['tools'] }
    expect(JSON.stringify(write(request)).match(/"id":\d/g)).toEqual(['"id":1', '"id":2', '"id":3', '"id":4'])
    expect(JSON.stringify(write(request, { cacheControl: false }))).not.toContain('cache_control')
  })

  it('asks for JSON by field, by a forced tool, or in words (P-52)', () => {
    const answerFormat = { type: 'json-schema', schema: { type: 'object', properties: { a: {} } } } as const
    expect(write({ answerFormat })).toMatchObject({
      output_config: { format: { type: 'json_schema', schema: answerFormat.schema } },
    })
    const forced = writeWhole({ answerFormat, reasoning: { mode: 'adaptive' } }, { jsonSchemaFormat: false })
    expect(forced.body).toMatchObject({
      tools: [{ name: 'write_answer', input_schema: answerFormat.schema }],
      tool_choice: { type: 'tool', name: 'write_answer' },
    })
    expect(forced.body).not.toHaveProperty('thinking')
    expect(forced.answerTool).toBe('write_answer')
    expect(JSON.stringify(write({ answerFormat, tools }, { jsonSchemaFormat: false }).system)).toContain(
      'JSON schema',
    )
    expect(JSON.stringify(write({ answerFormat: { type: 'json' } }).system)).toContain('JSON')
  })

  it('always begins with a user message, and has one (P-112)', () => {
    expect(write({ turns: [{ role: 'system', parts: [text('only this')] }] })).toMatchObject({
      messages: [{ role: 'user', content: [{ text: 'only this' }] }],
    })
    expect(write({ turns: [assistant(text('Hello.')), user(text('Hi'))] }).messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { role: 'user' },
    ])
    expect(
      write({ turns: [user(text('a')), { role: 'developer', parts: [text('rule')] }, user(text('b'))] }),
    ).toMatchObject({
      system: [{ text: 'rule' }],
      messages: [{ content: [{ text: 'a' }, { text: 'b' }] }],
    })
  })

  it('makes an object of any arguments, and nothing blank of a result (P-35, P-101)', () => {
    const broken: Part = { ...(call as Extract<Part, { type: 'tool-call' }>), argumentsText: '{"half' }
    const empty: Part = {
      ...(result as Extract<Part, { type: 'tool-result' }>),
      parts: [{ type: 'text', text: ' ' }],
      isError: false,
    }
    expect(write({ turns: [user(text('x')), assistant(broken), user(empty)] }).messages).toMatchObject([
      {},
      { content: [{ input: { __unparsedToolInput: { raw: '{"half' } } }] },
      { content: [{ type: 'tool_result', tool_use_id: 'c1' }] },
    ])
    expect(JSON.stringify(write({ turns: [user(text('x')), assistant(call), user(empty)] }))).not.toContain(
      '"text":" "',
    )
  })

  it('writes documents of every source, and refuses audio', () => {
    const file = (source: Extract<Part, { type: 'file' }>['source']): Part => ({
      type: 'file',
      source,
      name: 'a',
    })
    const turns = [
      user(
        file({ kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' }),
        file({ kind: 'base64', mediaType: 'text/plain', data: 'aGVsbG8=' }),
        file({ kind: 'url', url: 'https://x.example/a.pdf' }),
        file({ kind: 'file-id', id: 'file_1' }),
      ),
    ]
    expect(write({ turns }).messages).toMatchObject([
      {
        content: [
          {
            type: 'document',
            title: 'a',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
          },
          { source: { type: 'text', media_type: 'text/plain', data: 'hello' } },
          { source: { type: 'url' } },
          { source: { type: 'file', file_id: 'file_1' } },
        ],
      },
    ])
    expect(() => write({ turns: [user({ type: 'audio', data: 'x', format: 'wav' })] })).toThrow(
      expect.objectContaining({ kind: 'invalid-request' }),
    )
  })

  it('sends the user’s id as it came, stops that say something, and no fields of other APIs (P-106, P-114)', () => {
    const body = write({
      user: 'user-7',
      stopSequences: [' ', 'END'],
      verbosity: 'low',
      seed: 1,
      promptCacheKey: 'k',
      serviceTier: 'flex',
      extras: {
        protocol: 'anthropic-messages',
        fields: { context_management: {}, betas: [], inference_geo: 'eu' },
      },
    })
    expect(body).toMatchObject({
      metadata: { user_id: 'user-7' },
      stop_sequences: ['END'],
      inference_geo: 'eu',
    })
    expect(JSON.stringify(body)).not.toMatch(/verbosity|seed|cache_key|flex|context_management|betas/)
  })
})
