import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../chat/json.ts'
import { openaiChat } from './index.ts'

const decode = (fields: JsonObject) => openaiChat.decodeRequest({ model: 'm', messages: [], ...fields })
const turnsOf = (...messages: JsonObject[]) => decode({ messages }).turns
const text = (said: string) => ({ type: 'text', text: said })

describe('decoding a chat completion request', () => {
  it('reads a whole conversation with tools', () => {
    expect(
      decode({
        messages: [
          { role: 'developer', content: 'Be brief.' },
          { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Look.', cache_control: { type: 'ephemeral' } },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
              { type: 'image_url', image_url: { url: 'https://x.example/a.png' } },
              { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
              { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
              { type: 'file', file: { file_id: 'file_1' } },
            ],
          },
          {
            role: 'assistant',
            content: 'I look.',
            reasoning_content: 'Hm.',
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path": "a"}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'ok' }] },
        ],
        tools: [
          {
            type: 'function',
            function: { name: 'read', description: 'Reads.', parameters: { type: 'object' }, strict: true },
          },
        ],
        tool_choice: { type: 'function', function: { name: 'read' } },
        parallel_tool_calls: false,
        max_completion_tokens: 100,
        temperature: 0.5,
        stop: 'END',
        reasoning_effort: 'high',
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'a', schema: { type: 'object' }, strict: true },
        },
        user: 'u',
        stream: true,
        stream_options: { include_usage: true },
        logit_bias: { '5': 1 },
      }),
    ).toEqual({
      model: 'm',
      turns: [
        { role: 'developer', parts: [text('Be brief.')] },
        { role: 'system', parts: [text('Be kind.')] },
        {
          role: 'user',
          parts: [
            { ...text('Look.'), cacheControl: { type: 'ephemeral' } },
            {
              type: 'image',
              source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' },
              detail: 'low',
            },
            { type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } },
            { type: 'audio', data: 'BBBB', format: 'mp3' },
            {
              type: 'file',
              source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' },
              name: 'a.pdf',
            },
            { type: 'file', source: { kind: 'file-id', id: 'file_1' } },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { type: 'thinking', text: 'Hm.' },
            text('I look.'),
            { type: 'tool-call', id: 'c1', name: 'read', argumentsText: '{"path": "a"}', kind: 'function' },
          ],
        },
        {
          role: 'user',
          parts: [
            { type: 'tool-result', callId: 'c1', parts: [text('ok')], isError: false, kind: 'function' },
          ],
        },
      ],
      tools: [
        {
          kind: 'function',
          name: 'read',
          description: 'Reads.',
          parameters: { type: 'object' },
          strict: true,
        },
      ],
      toolChoice: { type: 'named', name: 'read' },
      parallelToolCalls: false,
      maxOutputTokens: 100,
      temperature: 0.5,
      stopSequences: ['END'],
      reasoning: { mode: 'effort', effort: 'high' },
      answerFormat: { type: 'json-schema', name: 'a', schema: { type: 'object' }, strict: true },
      user: 'u',
      stream: true,
      includeUsage: true,
      extras: { protocol: 'openai-chat', fields: { logit_bias: { '5': 1 } } },
    })
  })

  it('reads the signature of a call where Gemini’s own chat completions put it (P-59)', () => {
    const call = (thought_signature: string) => ({
      id: 'c',
      type: 'function',
      function: { name: 'now', arguments: '{}' },
      extra_content: { google: { thought_signature } },
    })
    const tool_calls = [call('c2ln'), call('')]
    expect(decode({ messages: [{ role: 'assistant', tool_calls }] }).turns[0]?.parts).toMatchObject([
      { signature: { origin: 'gemini', data: 'c2ln' } },
      { id: 'c' },
    ])
  })

  it('takes null for absent, and ignores what it does not know', () => {
    const nulls = Object.fromEntries(
      'tools tool_choice max_tokens max_completion_tokens temperature top_p n stop stream stream_options user metadata response_format reasoning_effort logit_bias'
        .split(' ')
        .map((name) => [name, null]),
    )
    expect(decode(nulls)).toEqual({ model: 'm', turns: [], tools: [], stream: false, includeUsage: false })
    expect(decode({ brand_new: 1, tools: [] })).toMatchObject({
      tools: [],
      extras: { fields: { brand_new: 1 } },
    })
  })

  it.each<[JsonObject, string]>([
    [{ model: undefined }, 'model'],
    [{ model: '' }, 'model'],
    [{ model: 7 }, 'model'],
    [{ messages: undefined }, 'messages'],
    [{ messages: null }, 'messages'],
    [{ messages: 'hi' }, 'messages'],
    [{ messages: [7] }, 'messages[0]'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'wizard' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [7] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
      'messages[0].content[0].image_url.url',
    ],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ function: {} }] }] },
      'messages[0].tool_calls[0].function.name',
    ],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'a', arguments: 7 } }] }] },
      'messages[0].tool_calls[0].function.arguments',
    ],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ tool_choice: 'perhaps' }, 'tool_choice'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ stop: [7] }, 'stop[0]'],
    [{ stream: 'yes' }, 'stream'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
  ])('refuses %j and names the field', (fields, param) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ kind: 'invalid-request', param }))
  })

  it('reads results that are no strings as their JSON, and images as images (P-37, P-38)', () => {
    const results = turnsOf(
      { role: 'tool', tool_call_id: 'a', content: { rows: [1] } },
      { role: 'tool', tool_call_id: 'b', content: 7 },
      {
        role: 'tool',
        tool_call_id: 'c',
        content: [
          { type: 'image_url', image_url: 'data:image/png;base64,AA' },
          { type: 'json', json: 1 },
        ],
      },
      { role: 'tool', tool_call_id: 'd', content: null },
    )
    expect(
      results.flatMap(({ parts }) => parts.map((part) => part.type === 'tool-result' && part.parts)),
    ).toEqual([
      [text('{"rows":[1]}')],
      [text('7')],
      [
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' } },
        text('{"type":"json","json":1}'),
      ],
      [],
    ])
  })

  it('reads custom tools, their calls and their results (P-42)', () => {
    const { tools, turns } = decode({
      tools: [{ type: 'custom', custom: { name: 'patch', format: { type: 'text' } } }],
      messages: [
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'patch', input: 'free' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'done' },
      ],
    })
    expect(tools).toEqual([{ kind: 'custom', name: 'patch', format: { type: 'text' } }])
    expect(turns).toMatchObject([
      { parts: [{ type: 'tool-call', argumentsText: 'free', kind: 'custom' }] },
      { parts: [{ type: 'tool-result', kind: 'custom' }] },
    ])
  })

  it('reads the functions of old clients, and pairs their results by name', () => {
    const { tools, turns, toolChoice } = decode({
      functions: [{ name: 'find' }],
      function_call: { name: 'find' },
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'find', arguments: '{}' } },
        { role: 'function', name: 'find', content: 'it' },
      ],
    })
    expect({ tools, toolChoice }).toEqual({
      tools: [{ kind: 'function', name: 'find' }],
      toolChoice: { type: 'named', name: 'find' },
    })
    const [call, result] = turns.flatMap(({ parts }) => parts)
    expect(call).toMatchObject({ type: 'tool-call', name: 'find' })
    expect(result).toMatchObject({ type: 'tool-result', callId: call?.type === 'tool-call' && call.id })
  })

  it.each<[JsonObject, object | undefined]>([
    [{ tool_choice: 'none' }, { type: 'none' }],
    [{ tool_choice: 'required' }, { type: 'required' }],
    [{ tool_choice: 'any' }, { type: 'required' }],
    [{ tool_choice: { type: 'auto' } }, { type: 'auto' }],
    [{ tool_choice: { type: 'function', name: 'a' } }, { type: 'named', name: 'a' }],
    [{ tool_choice: { type: 'custom', custom: { name: 'a' } } }, { type: 'named', name: 'a' }],
    [
      {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'a' } }] },
        },
      },
      { type: 'allowed', mode: 'required', names: ['a'] },
    ],
  ])('reads %j', (fields, toolChoice) => {
    expect(decode(fields).toolChoice).toEqual(toolChoice)
  })

  it.each<[JsonObject, object | undefined]>([
    [{ reasoning_effort: 'none' }, { mode: 'off' }],
    [{ reasoning_effort: 'xhigh' }, { mode: 'effort', effort: 'xhigh' }],
    [{ reasoning_effort: 'default' }, undefined],
    [{ reasoning: { effort: 'low' } }, { mode: 'effort', effort: 'low' }],
    [{ reasoning: { max_tokens: 5000 } }, { mode: 'budget', budgetTokens: 5000 }],
    [{ reasoning: { enabled: false } }, { mode: 'off' }],
    [{ thinking: { type: 'enabled' } }, { mode: 'adaptive' }],
    [{ thinking: { type: 'disabled' } }, { mode: 'off' }],
  ])('reads %j as reasoning (P-64)', (fields, reasoning) => {
    expect(decode(fields).reasoning).toEqual(reasoning)
  })

  it('prefers max_completion_tokens, and reads the old name (P-109)', () => {
    expect(decode({ max_tokens: 5, max_completion_tokens: 7 }).maxOutputTokens).toBe(7)
    expect(decode({ max_tokens: 5 }).maxOutputTokens).toBe(5)
  })

  it('keeps parts and tools that it does not know for upstreams of the same protocol', () => {
    const video = { type: 'video_url', video_url: { url: 'x' } }
    const search = { type: 'web_search' }
    expect(decode({ messages: [{ role: 'user', content: [video] }], tools: [search] })).toMatchObject({
      turns: [{ parts: [{ type: 'opaque', protocol: 'openai-chat', raw: video }] }],
      tools: [{ kind: 'hosted', protocol: 'openai-chat', raw: search }],
    })
  })
})
