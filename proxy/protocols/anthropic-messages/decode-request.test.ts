import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../chat/json.ts'
import { anthropicMessages } from './index.ts'

const decode = (fields: JsonObject) =>
  anthropicMessages.decodeRequest({ model: 'm', messages: [], ...fields })
const text = (said: string) => ({ type: 'text', text: said })
const mark = { type: 'ephemeral' }

describe('decoding a Messages request', () => {
  it('reads a whole conversation with tools', () => {
    expect(
      decode({
        max_tokens: 32_000,
        system: [{ type: 'text', text: 'Be brief.', cache_control: mark }],
        messages: [
          {
            role: 'user',
            content: [
              text('Look.'),
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
                cache_control: mark,
              },
              { type: 'document', title: 'a', source: { type: 'url', url: 'https://x.example/a.pdf' } },
            ],
          },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
              { type: 'redacted_thinking', data: 'aGlk' },
              text('I look.'),
              { type: 'tool_use', id: 'c1', name: 'read', input: { path: 'a' } },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'c1', content: 'no such file', is_error: true },
              text('and?'),
            ],
          },
        ],
        tools: [
          {
            name: 'read',
            description: 'Reads.',
            input_schema: { type: 'object' },
            defer_loading: true,
            eager_input_streaming: true,
          },
        ],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } } },
        metadata: { user_id: '{"device":"x"}' },
        stop_sequences: ['END'],
        top_k: 5,
        stream: true,
        context_management: { edits: [] },
      }),
    ).toEqual({
      model: 'm',
      turns: [
        { role: 'system', parts: [{ ...text('Be brief.'), cacheControl: mark }] },
        {
          role: 'user',
          parts: [
            text('Look.'),
            {
              type: 'image',
              source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' },
              cacheControl: mark,
            },
            { type: 'file', source: { kind: 'url', url: 'https://x.example/a.pdf' }, name: 'a' },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { type: 'thinking', text: 'Hm.', signature: { origin: 'anthropic-messages', data: 'c2ln' } },
            { type: 'redacted-thinking', carrier: { origin: 'anthropic-messages', data: 'aGlk' } },
            text('I look.'),
            { type: 'tool-call', id: 'c1', name: 'read', argumentsText: '{"path":"a"}', kind: 'function' },
          ],
        },
        {
          role: 'user',
          parts: [
            {
              type: 'tool-result',
              callId: 'c1',
              parts: [text('no such file')],
              isError: true,
              kind: 'function',
            },
            text('and?'),
          ],
        },
      ],
      tools: [
        {
          kind: 'function',
          name: 'read',
          description: 'Reads.',
          parameters: { type: 'object' },
          isDeferred: true,
        },
      ],
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
      maxOutputTokens: 32_000,
      topK: 5,
      stopSequences: ['END'],
      reasoning: { mode: 'adaptive', effort: 'high', showThoughts: true },
      answerFormat: { type: 'json-schema', schema: { type: 'object' } },
      user: '{"device":"x"}',
      stream: true,
      includeUsage: false,
      extras: { protocol: 'anthropic-messages', fields: { context_management: { edits: [] } } },
    })
  })

  it('does without max_tokens, takes null for absent, and no tools for none', () => {
    const nulls = Object.fromEntries(
      'max_tokens system tools tool_choice thinking metadata stream thread'
        .split(' ')
        .map((name) => [name, null]),
    )
    expect(decode(nulls)).toEqual({ model: 'm', turns: [], tools: [], stream: false, includeUsage: false })
    expect(decode({ tools: [] }).tools).toEqual([])
  })

  it('keeps system messages in the list, as a string or as blocks (P-112)', () => {
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'system', content: [{ type: 'text', text: 'cwd: /a', cache_control: mark }] },
      { role: 'system', content: 'cwd: /b' },
    ]
    expect(decode({ messages }).turns).toEqual([
      { role: 'user', parts: [text('hi')] },
      { role: 'system', parts: [{ ...text('cwd: /a'), cacheControl: mark }] },
      { role: 'system', parts: [text('cwd: /b')] },
    ])
  })

  it('strips Claude Code’s billing line, which differs in each conversation (P-103)', () => {
    const line = 'x-anthropic-billing-header: cc_version=2.1.329.a1b2; cc_entrypoint=cli;'
    expect(decode({ system: [text(line), text('You are Claude Code.')] }).turns).toEqual([
      { role: 'system', parts: [text('You are Claude Code.')] },
    ])
    expect(decode({ system: `${line}\nYou are Claude Code.` }).turns).toEqual([
      { role: 'system', parts: [text('You are Claude Code.')] },
    ])
    expect(decode({ messages: [{ role: 'user', content: `What is ${line}` }] }).turns[0]?.parts).toEqual([
      text(`What is ${line}`),
    ])
  })

  it('tells a server tool from a client’s (P-22)', () => {
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 }
    expect(
      decode({ tools: [search, { type: 'custom', name: 'a' }, { type: null, name: 'b' }] }).tools,
    ).toEqual([
      { kind: 'hosted', protocol: 'anthropic-messages', raw: search },
      { kind: 'function', name: 'a' },
      { kind: 'function', name: 'b' },
    ])
  })

  it('reads every content that a tool result may have (P-37, P-38)', () => {
    const contents = [
      'plain',
      [text('a'), { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } }],
      [{ type: 'tool_reference', tool_name: 'WebFetch' }],
      [{ type: 'search_result', title: 'T', source: 'https://s.example', content: [text('found')] }],
      [{ type: 'weather', sky: 'blue' }],
      { rows: 1 },
      null,
    ]
    const content = contents.map((each, index) => ({
      type: 'tool_result',
      tool_use_id: `c${index}`,
      content: each,
    }))
    const parts = decode({ messages: [{ role: 'user', content }] }).turns[0]?.parts
    expect(parts?.map((part) => part.type === 'tool-result' && part.parts)).toEqual([
      [text('plain')],
      [text('a'), { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' } }],
      [text('The tool WebFetch is available now.')],
      [text('T\nhttps://s.example\nfound')],
      [text('{"type":"weather","sky":"blue"}')],
      [text('{"rows":1}')],
      [],
    ])
  })

  it('takes an empty signature for none, as Claude Code echoes unsigned thinking (P-55)', () => {
    const content = [{ type: 'thinking', thinking: 'Hm.', signature: '' }]
    expect(decode({ messages: [{ role: 'assistant', content }] }).turns[0]?.parts).toEqual([
      { type: 'thinking', text: 'Hm.' },
    ])
  })

  it('gives marked opaque data back its origin, and drops marks that nobody knows (P-55)', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.', signature: 'portside.openai-responses.gAAA' },
      { type: 'redacted_thinking', data: 'portside.gemini.aGlk' },
      { type: 'thinking', thinking: 'Ah.', signature: 'portside.of-later-days.x' },
    ]
    expect(decode({ messages: [{ role: 'assistant', content }] }).turns[0]?.parts).toEqual([
      { type: 'thinking', text: 'Hm.', signature: { origin: 'openai-responses', data: 'gAAA' } },
      { type: 'redacted-thinking', carrier: { origin: 'gemini', data: 'aGlk' } },
      { type: 'thinking', text: 'Ah.' },
    ])
  })

  it('keeps blocks that only Anthropic knows, and the words of a compaction', () => {
    const use = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }
    const compaction = { type: 'compaction', content: 'What was said so far.' }
    expect(decode({ messages: [{ role: 'assistant', content: [use, compaction] }] }).turns[0]?.parts).toEqual(
      [
        { type: 'opaque', protocol: 'anthropic-messages', raw: use },
        { type: 'opaque', protocol: 'anthropic-messages', raw: compaction, text: 'What was said so far.' },
      ],
    )
  })

  it.each<[JsonObject, object | undefined]>([
    [{ thinking: { type: 'enabled', budget_tokens: 9000 } }, { mode: 'budget', budgetTokens: 9000 }],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, { mode: 'adaptive', showThoughts: false }],
    [{ thinking: { type: 'disabled' } }, { mode: 'off' }],
    [{ output_config: { effort: 'max' } }, { mode: 'effort', effort: 'max' }],
    [{ output_config: { effort: 'ultra' } }, undefined],
  ])('reads %j (P-64)', (fields, reasoning) => {
    expect(decode(fields).reasoning).toEqual(reasoning)
  })

  it('refuses message threads in the words on which the SDK sends the whole history', () => {
    const thrown = expect.objectContaining({
      kind: 'invalid-request',
      details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
    })
    expect(() => decode({ thread: { type: 'create' } })).toThrow(thrown)
  })

  it.each<[JsonObject, string]>([
    [{ model: undefined }, 'model'],
    [{ messages: undefined }, 'messages'],
    [{ messages: {} }, 'messages'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: ['x'] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text', text: 7 }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: [{ type: 'image' }] }] }, 'messages[0].content[0].source'],
    [
      { messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] },
      'messages[0].content[0].tool_use_id',
    ],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: 'x' }] }] },
      'messages[0].content[0].input',
    ],
    [{ system: 7 }, 'system'],
    [{ max_tokens: '1' }, 'max_tokens'],
    [{ tools: [{}] }, 'tools[0].name'],
    [{ tool_choice: { type: 'perhaps' } }, 'tool_choice.type'],
  ])('refuses %j and names the field', (fields, param) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ kind: 'invalid-request', param }))
  })
})
