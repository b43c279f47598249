import { describe, expect, it } from 'vitest'
import { type Capabilities, DEFAULT_CAPABILITIES } from '../../chat/capabilities.ts'
import type { ChatRequest, Effort, Turn } from '../../chat/chat-request.ts'
import { openaiChatCodec } from './index.ts'

function write(request: Partial<ChatRequest>, capabilities: Partial<Capabilities> = {}, stream = false) {
  const whole: ChatRequest = { model: 'asked', turns: [], tools: [], stream, includeUsage: false, ...request }
  return openaiChatCodec.writeRequest(whole, {
    model: 'sent',
    stream,
    capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities },
  }).body
}

const call = {
  type: 'tool-call',
  id: 'c1',
  name: 'read',
  argumentsText: '{"path": "a"}',
  kind: 'function',
} as const
const image = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } } as const
const result = (parts: Extract<Turn['parts'][number], { type: 'tool-result' }>['parts'], isError = false) =>
  ({ type: 'tool-result', callId: 'c1', parts, isError, kind: 'function' }) as const
const text = (said: string) => ({ type: 'text', text: said }) as const

describe('writing a chat completion request', () => {
  it('writes a conversation with tools, in a fixed order of fields', () => {
    const turns: Turn[] = [
      { role: 'system', parts: [text('Be brief.'), text('Be kind.')] },
      { role: 'user', parts: [text('Look.'), image] },
      { role: 'assistant', parts: [{ type: 'thinking', text: 'Hm.' }, text('I look.'), call] },
      { role: 'user', parts: [text('and?'), result([text('line 1'), text('line 2')])] },
    ]
    const tools = [{ kind: 'function' as const, name: 'read', description: 'Reads.', isDeferred: true }]
    const body = write(
      { turns, tools, toolChoice: { type: 'auto' }, maxOutputTokens: 100, temperature: 0.5 },
      {},
      true,
    )
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        model: 'sent',
        messages: [
          { role: 'system', content: 'Be brief.\n\nBe kind.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Look.' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            ],
          },
          {
            role: 'assistant',
            content: 'I look.',
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path": "a"}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'line 1\nline 2' },
          { role: 'user', content: 'and?' },
        ],
        tools: [
          {
            type: 'function',
            function: { name: 'read', description: 'Reads.', parameters: { type: 'object', properties: {} } },
          },
        ],
        tool_choice: 'auto',
        max_tokens: 100,
        temperature: 0.5,
        stream: true,
        stream_options: { include_usage: true },
      }),
    )
  })

  it('always asks a stream for usage, unless the upstream does not know how (P-67)', () => {
    expect(write({}, {}, true)).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    expect(write({}, { streamUsage: false }, true)).not.toHaveProperty('stream_options')
    expect(write({}, {}, false)).not.toHaveProperty('stream_options')
  })

  it('gives reasoning back to upstreams that want it, and only to them (P-60)', () => {
    const turns: Turn[] = [
      { role: 'assistant', parts: [{ type: 'thinking', text: 'Hm.' }, text('Yes.')] },
      { role: 'assistant', parts: [call] },
    ]
    expect(write({ turns }, { wantsReasoningBack: true }).messages).toMatchObject([
      { reasoning_content: 'Hm.' },
      {},
    ])
    expect(JSON.stringify(write({ turns }))).not.toContain('Hm.')
    expect(
      write({ turns: [{ role: 'assistant', parts: [call] }] }, { wantsReasoningBack: true }).messages,
    ).toMatchObject([{ reasoning_content: '' }, {}])
  })

  it('leaves out an assistant turn of thinking alone, and hidden thinking (P-55, P-102)', () => {
    const carrier = { origin: 'anthropic-messages', data: 'secret' } as const
    const turns: Turn[] = [
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'Hm.' },
          { type: 'redacted-thinking', carrier },
        ],
      },
    ]
    expect(write({ turns }).messages).toEqual([])
  })

  it('says content null only beside calls (P-102)', () => {
    expect(write({ turns: [{ role: 'assistant', parts: [call] }] }).messages).toMatchObject([
      { content: null },
      { role: 'tool' },
    ])
  })

  it('mends arguments that are no JSON object, and leaves good ones byte for byte (P-13, P-35, P-36)', () => {
    const argumentsOf = (argumentsText: string) => {
      const body = JSON.parse(
        JSON.stringify(write({ turns: [{ role: 'assistant', parts: [{ ...call, argumentsText }] }] })),
      )
      return body.messages[0].tool_calls[0].function.arguments
    }
    expect(argumentsOf('')).toBe('{}')
    expect(argumentsOf('{"n":9007199254740993,  "a":1}')).toBe('{"n":9007199254740993,  "a":1}')
    expect(JSON.parse(argumentsOf('{"half":'))).toEqual({ __unparsedToolInput: { raw: '{"half":', len: 8 } })
    expect(JSON.parse(argumentsOf('"{\\"a\\":1}"'))).toEqual({ a: 1 })
    expect(JSON.parse(argumentsOf('[1]'))).toMatchObject({ __unparsedToolInput: { raw: '[1]' } })
  })

  it('marks failed results, and puts their images where the upstream takes them (P-37)', () => {
    const turns: Turn[] = [
      { role: 'assistant', parts: [call] },
      { role: 'user', parts: [result([text('no such file'), image], true)] },
    ]
    const inside = write({ turns }, { imagesInToolResults: true }).messages
    expect(inside).toMatchObject([
      {},
      { role: 'tool', content: [{ text: 'Error:' }, { text: 'no such file' }, { type: 'image_url' }] },
    ])
    const behind = write({ turns }).messages
    expect(behind).toMatchObject([
      {},
      { role: 'tool', content: 'Error:\nno such file\n(See the attachment below.)' },
      { role: 'user', content: [{ type: 'text' }, { type: 'image_url' }] },
    ])
  })

  it.each<[string, Partial<ChatRequest>, Partial<Capabilities>, object]>([
    [
      'max_completion_tokens (P-109)',
      { maxOutputTokens: 9 },
      { maxTokensField: 'max_completion_tokens' },
      { max_completion_tokens: 9 },
    ],
    [
      'a limit that is too large',
      { maxOutputTokens: 128_000 },
      { largestMaxTokens: 8192 },
      { max_tokens: 8192 },
    ],
    [
      'stop as a list of four (P-110)',
      { stopSequences: ['a', '', 'b', 'c', 'd', 'e'] },
      {},
      { stop: ['a', 'b', 'c', 'd'] },
    ],
    [
      'a JSON schema (P-52)',
      { answerFormat: { type: 'json-schema', schema: { type: 'object' } } },
      {},
      {
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
      },
    ],
    ['JSON', { answerFormat: { type: 'json' } }, {}, { response_format: { type: 'json_object' } }],
    [
      'one call at a time',
      { tools: [{ kind: 'function', name: 'a' }], parallelToolCalls: false },
      {},
      { parallel_tool_calls: false },
    ],
    [
      'a named tool',
      { tools: [{ kind: 'function', name: 'a' }], toolChoice: { type: 'named', name: 'a' } },
      {},
      { tool_choice: { type: 'function', function: { name: 'a' } } },
    ],
    [
      'no tools by choice (P-41)',
      { tools: [{ kind: 'function', name: 'a' }], toolChoice: { type: 'none' } },
      {},
      { tool_choice: 'none' },
    ],
    [
      'a custom tool',
      { tools: [{ kind: 'custom', name: 'a' }], toolChoice: { type: 'named', name: 'a' } },
      { customTools: true },
      {
        tools: [{ type: 'custom', custom: { name: 'a' } }],
        tool_choice: { type: 'custom', custom: { name: 'a' } },
      },
    ],
  ])('writes %s', (_, request, capabilities, expected) => {
    expect(write(request, capabilities)).toMatchObject(expected)
  })

  it.each<[ChatRequest['reasoning'], readonly Effort[], string | undefined]>([
    [{ mode: 'effort', effort: 'xhigh' }, ['low', 'medium', 'high'], 'high'],
    [{ mode: 'effort', effort: 'minimal' }, ['low', 'medium', 'high'], 'low'],
    [{ mode: 'budget', budgetTokens: 1024 }, ['low', 'medium', 'high'], 'low'],
    [{ mode: 'budget', budgetTokens: 8192 }, ['low', 'medium', 'high'], 'medium'],
    [{ mode: 'budget', budgetTokens: 32_000 }, ['low', 'medium', 'high', 'xhigh'], 'xhigh'],
    [{ mode: 'adaptive' }, ['low', 'medium', 'high'], undefined],
    [{ mode: 'off' }, ['none', 'low'], 'none'],
    [{ mode: 'off' }, ['low'], undefined],
    [{ mode: 'effort', effort: 'high' }, [], undefined],
  ])('asks for %j of an upstream with %j as %s (P-64)', (reasoning, effortLevels, expected) => {
    expect(write({ reasoning: reasoning! }, { effortLevels }).reasoning_effort).toBe(expected)
  })

  it('says the schema in words where the upstream has no field for it (P-52)', () => {
    const body = write(
      { answerFormat: { type: 'json-schema', schema: { title: 'Cat' } } },
      { jsonSchemaFormat: false },
    )
    expect(body).toMatchObject({ response_format: { type: 'json_object' }, messages: [{ role: 'system' }] })
    expect(JSON.stringify(body.messages)).toContain('Cat')
  })

  it('leaves out cache marks, thinking wishes and tools of other APIs (P-43, P-105, P-106)', () => {
    const body = write({
      turns: [{ role: 'user', parts: [{ ...text('x'), cacheControl: { type: 'ephemeral' } }] }],
      tools: [
        { kind: 'hosted', protocol: 'anthropic-messages', raw: { type: 'web_search_20250305' } },
        { kind: 'function', name: 'a', cacheControl: { type: 'ephemeral' }, isDeferred: true },
      ],
      extras: { protocol: 'anthropic-messages', fields: { context_management: {}, betas: [] } },
      topK: 5,
    })
    expect(JSON.stringify(body)).not.toMatch(/cache_control|web_search|context_management|betas|defer|top_k/)
    const marked = write(
      { turns: [{ role: 'user', parts: [{ ...text('x'), cacheControl: { type: 'ephemeral' } }] }] },
      { cacheControl: true },
    )
    expect(marked.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }] },
    ])
  })

  it('passes fields of a client of the same protocol on, save what the answer could not carry', () => {
    const fields = { logit_bias: { '5': 1 }, logprobs: true, store: false, model: 'other' }
    const body = write({ extras: { protocol: 'openai-chat', fields } })
    expect(body).toMatchObject({ logit_bias: { '5': 1 }, store: false, model: 'sent' })
    expect(body).not.toHaveProperty('logprobs')
  })

  it('sends no sampling wishes to models that refuse them (P-108)', () => {
    expect(write({ temperature: 1, topP: 1, seed: 1 }, { sampling: false })).toEqual({
      model: 'sent',
      messages: [],
      stream: false,
    })
  })
})
