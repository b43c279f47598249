import { describe, expect, it } from 'vitest'
import { type Capabilities, DEFAULT_CAPABILITIES } from '../../chat/capabilities.ts'
import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest, Part, Turn } from '../../chat/chat-request.ts'
import type { JsonObject } from '../../chat/json.ts'
import { openaiResponsesCodec } from './index.ts'

function write(request: Partial<ChatRequest>, capabilities: Partial<Capabilities> = {}, stream = false) {
  const whole: ChatRequest = { model: 'asked', turns: [], tools: [], stream, includeUsage: false, ...request }
  return openaiResponsesCodec.writeRequest(whole, {
    model: 'sent',
    stream,
    capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities },
  }).body
}

const text = (said: string) => ({ type: 'text', text: said }) as const
const call = {
  type: 'tool-call',
  id: 'c1',
  name: 'read',
  argumentsText: '{"path": "a"}',
  kind: 'function',
} as const
const image = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } } as const
const result = (parts: Extract<Part, { type: 'tool-result' }>['parts'], isError = false) =>
  ({ type: 'tool-result', callId: 'c1', parts, isError, kind: 'function' }) as const
const thought = (data: string, origin: 'openai-responses' | 'gemini' = 'openai-responses') =>
  ({ type: 'thinking', text: 'Hm.', signature: { origin, data } }) as const
const input = (turns: readonly Turn[], capabilities: Partial<Capabilities> = {}) =>
  write({ turns }, capabilities).input as readonly JsonObject[]

describe('writing a Responses request', () => {
  it('writes a conversation with tools, in a fixed order of fields', () => {
    const turns: Turn[] = [
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'system', parts: [text('Be kind.')] },
      { role: 'user', parts: [text('Look.'), image] },
      { role: 'assistant', parts: [thought('gAAA'), text('I look.'), call] },
      { role: 'user', parts: [text('and?'), result([text('line 1'), text('line 2')])] },
    ]
    const tools = [{ kind: 'function' as const, name: 'read', description: 'Reads.' }]
    const body = write(
      { turns, tools, toolChoice: { type: 'auto' }, maxOutputTokens: 100, temperature: 0.5 },
      {},
      true,
    )
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        model: 'sent',
        instructions: 'Be brief.\n\nBe kind.',
        input: [
          {
            type: 'message',
            role: 'user',
            content: [
              { type: 'input_text', text: 'Look.' },
              { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
            ],
          },
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'gAAA' },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
          { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{"path": "a"}' },
          { type: 'function_call_output', call_id: 'c1', output: 'line 1\nline 2' },
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'and?' }] },
        ],
        tools: [
          {
            type: 'function',
            name: 'read',
            description: 'Reads.',
            parameters: { type: 'object', properties: {} },
            strict: false,
          },
        ],
        tool_choice: 'auto',
        max_output_tokens: 100,
        temperature: 0.5,
        include: ['reasoning.encrypted_content'],
        store: false,
        stream: true,
      }),
    )
  })

  it('always asks for encrypted reasoning, for nothing is kept upstream (P-58)', () => {
    expect(write({})).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] })
    expect(write({ reasoning: { mode: 'off' } })).not.toHaveProperty('include')
    expect(write({}, { effortLevels: [] })).not.toHaveProperty('include')
  })

  it('takes reasoning back only in its own encryption, and never at the end (P-55)', () => {
    const turns: Turn[] = [
      {
        role: 'assistant',
        parts: [thought('x', 'gemini'), { type: 'thinking', text: 'Bare.' }, text('Yes.')],
      },
      { role: 'user', parts: [text('And?')] },
      { role: 'assistant', parts: [text('No.'), thought('gAAA')] },
    ]
    expect(input(turns).map(({ type }) => type)).toEqual(['message', 'message', 'message'])
    const hidden: Part = {
      type: 'redacted-thinking',
      carrier: { origin: 'openai-responses', data: 'gAAA' },
    }
    expect(input([{ role: 'assistant', parts: [hidden, call] }])[0]).toEqual({
      type: 'reasoning',
      summary: [],
      encrypted_content: 'gAAA',
    })
  })

  it('keeps later system turns in their place (P-111, P-112)', () => {
    const turns: Turn[] = [
      { role: 'user', parts: [text('Hi')] },
      { role: 'developer', parts: [text('Mind the time.')] },
    ]
    expect(input(turns, { developerRole: true })[1]).toMatchObject({ role: 'developer' })
    expect(input(turns)[1]).toMatchObject({ role: 'system' })
    expect(input(turns, { systemAnywhere: false })[0]).toMatchObject({
      role: 'user',
      content: [{ text: 'Hi' }, { text: '<system>\nMind the time.\n</system>' }],
    })
  })

  it('marks failed results, and puts their images where the upstream takes them (P-37)', () => {
    const turns: Turn[] = [
      { role: 'assistant', parts: [call] },
      { role: 'user', parts: [result([text('no such file'), image], true)] },
    ]
    expect(input(turns, { imagesInToolResults: true })[1]).toEqual({
      type: 'function_call_output',
      call_id: 'c1',
      output: [
        { type: 'input_text', text: 'Error:' },
        { type: 'input_text', text: 'no such file' },
        { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
      ],
    })
    expect(input(turns).slice(1)).toMatchObject([
      { output: 'Error:\nno such file\n(See the attachment below.)' },
      { role: 'user', content: [{ type: 'input_text' }, { type: 'input_image' }] },
    ])
  })

  it('passes custom tools on where they are known, else as functions of one string (P-42)', () => {
    const request: Partial<ChatRequest> = {
      tools: [{ kind: 'custom', name: 'patch', namespace: 'fs' }],
      toolChoice: { type: 'named', name: 'patch' },
      turns: [
        {
          role: 'assistant',
          parts: [{ ...call, name: 'patch', namespace: 'fs', argumentsText: '*** x', kind: 'custom' }],
        },
        { role: 'user', parts: [{ ...result([text('ok')]), kind: 'custom' }] },
      ],
    }
    expect(write(request, { customTools: true })).toMatchObject({
      tools: [{ type: 'custom', name: 'fs__patch' }],
      tool_choice: { type: 'custom', name: 'fs__patch' },
      input: [
        { type: 'custom_tool_call', name: 'fs__patch', input: '*** x' },
        { type: 'custom_tool_call_output', output: 'ok' },
      ],
    })
    expect(write(request)).toMatchObject({
      tools: [{ type: 'function', name: 'fs__patch' }],
      tool_choice: { type: 'function', name: 'fs__patch' },
      input: [
        { type: 'function_call', name: 'fs__patch', arguments: '{"input":"*** x"}' },
        { type: 'function_call_output', output: 'ok' },
      ],
    })
  })

  it.each<[string, Partial<ChatRequest>, Partial<Capabilities>, object]>([
    ['a limit no smaller than OpenAI takes', { maxOutputTokens: 1 }, {}, { max_output_tokens: 16 }],
    [
      'a limit no larger than the model’s',
      { maxOutputTokens: 900 },
      { largestMaxTokens: 500 },
      { max_output_tokens: 500 },
    ],
    [
      'an effort, and asks for a summary',
      { reasoning: { mode: 'budget', budgetTokens: 9000 } },
      {},
      { reasoning: { effort: 'high', summary: 'auto' } },
    ],
    [
      'thoughts that shall not be shown',
      { reasoning: { mode: 'effort', effort: 'low', showThoughts: false } },
      {},
      { reasoning: { effort: 'low' } },
    ],
    [
      'thinking that is forbidden (P-64)',
      { reasoning: { mode: 'off' } },
      { effortLevels: ['none', 'low'] },
      { reasoning: { effort: 'none' } },
    ],
    [
      'a JSON schema (P-52)',
      { answerFormat: { type: 'json-schema', schema: { type: 'object' } } },
      {},
      {
        text: { format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: false } },
      },
    ],
    [
      'JSON, and how much to say',
      { answerFormat: { type: 'json' }, verbosity: 'low' },
      {},
      { text: { format: { type: 'json_object' }, verbosity: 'low' } },
    ],
    [
      'a named tool',
      {
        tools: [{ kind: 'function', name: 'a' }],
        toolChoice: { type: 'named', name: 'a' },
        parallelToolCalls: false,
      },
      {},
      { tool_choice: { type: 'function', name: 'a' }, parallel_tool_calls: false },
    ],
    [
      'what the client’s own protocol knows',
      {
        extras: {
          protocol: 'openai-responses',
          fields: { truncation: 'auto', previous_response_id: 'x', store: true },
        },
      },
      {},
      { truncation: 'auto', store: false },
    ],
  ])('writes %s', (_, request, capabilities, expected) => {
    expect(write(request, capabilities)).toMatchObject(expected)
  })

  it('leaves out what this API does not know, and choices without tools (P-41, P-105)', () => {
    const body = write({
      stopSequences: ['x'],
      topK: 3,
      seed: 7,
      toolChoice: { type: 'required' },
      parallelToolCalls: true,
      user: 'x'.repeat(65),
      tools: [{ kind: 'hosted', protocol: 'anthropic-messages', raw: { type: 'web_search_20250305' } }],
      extras: { protocol: 'anthropic-messages', fields: { context_management: {} } },
    })
    expect(Object.keys(body)).toEqual(['model', 'input', 'include', 'store', 'stream'])
  })

  it('keeps its own hosted tools and items, and says others in words', () => {
    const raw = { type: 'web_search_call', id: 'ws_1' }
    const body = write({
      tools: [{ kind: 'hosted', protocol: 'openai-responses', raw: { type: 'web_search' } }],
      turns: [
        {
          role: 'assistant',
          parts: [
            { type: 'opaque', protocol: 'openai-responses', raw },
            { type: 'opaque', protocol: 'anthropic-messages', raw: { type: 'compaction' }, text: 'So far.' },
            { type: 'opaque', protocol: 'gemini', raw: {} },
          ],
        },
      ],
    })
    expect(body).toMatchObject({
      tools: [{ type: 'web_search' }],
      input: [raw, { role: 'assistant', content: [{ type: 'output_text', text: 'So far.' }] }],
    })
  })

  it('writes files in every way they can be told', () => {
    const file = (source: Extract<Part, { type: 'file' }>['source']): Part => ({
      type: 'file',
      source,
      name: 'a',
    })
    const parts = [
      file({ kind: 'file-id', id: 'f' }),
      file({ kind: 'url', url: 'https://x.example/a.pdf' }),
      file({ kind: 'text', mediaType: 'text/plain', text: 'Hi' }),
      file({ kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' }),
    ]
    expect(input([{ role: 'user', parts }])[0]?.content).toEqual([
      { type: 'input_file', file_id: 'f' },
      { type: 'input_file', filename: 'a', file_url: 'https://x.example/a.pdf' },
      { type: 'input_text', text: 'a:\nHi' },
      { type: 'input_file', filename: 'a', file_data: 'data:application/pdf;base64,JVBE' },
    ])
  })

  it.each<[string, Partial<ChatRequest>]>([
    ['audio', { turns: [{ role: 'user', parts: [{ type: 'audio', data: 'A', format: 'wav' }] }] }],
    ['more than one answer', { answerCount: 2 }],
    ['what only another upstream keeps', { untranslatable: new ChatError('invalid-request', 'Not here') }],
  ])('refuses %s', (_, request) => {
    expect(() => write(request)).toThrow(ChatError)
  })
})

describe('reaching a Responses upstream', () => {
  it('authenticates with a bearer token', () => {
    expect(openaiResponsesCodec.headers('k')).toEqual({ authorization: 'Bearer k' })
    const target = { model: 'm', stream: true, capabilities: DEFAULT_CAPABILITIES }
    expect(openaiResponsesCodec.path(target)).toBe('/responses')
  })
})
