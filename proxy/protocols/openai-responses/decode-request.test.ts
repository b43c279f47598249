import { describe, expect, it } from 'vitest'
import { toChatError } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { DecodeContext } from '../protocol.ts'
import { openaiResponses } from './index.ts'

const decode = (fields: JsonObject, context?: DecodeContext) =>
  openaiResponses.decodeRequest({ model: 'm', input: [], ...fields }, context)
const partsOf = (...input: JsonObject[]) => decode({ input }).turns.flatMap(({ parts }) => parts)
const text = (said: string) => ({ type: 'text', text: said })

describe('decoding a Responses request', () => {
  it('reads a whole conversation with tools', () => {
    expect(
      decode({
        instructions: 'Be brief.',
        input: [
          { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be kind.' }] },
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'Look.' },
              { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
              { type: 'input_image', file_id: 'file_1' },
              { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' },
              { type: 'input_file', file_url: 'https://x.example/a.pdf' },
            ],
          },
          {
            type: 'reasoning',
            id: 'rs_1',
            summary: [
              { type: 'summary_text', text: 'Hm.' },
              { type: 'summary_text', text: 'Ah.' },
            ],
            encrypted_content: 'gAAA',
          },
          {
            type: 'message',
            role: 'assistant',
            content: [{ type: 'output_text', text: 'I look.' }],
            id: 'msg_1',
          },
          { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{"path": "a"}', id: 'fc_1' },
          { type: 'function_call_output', call_id: 'c1', output: 'ok', id: 'fco_1' },
        ],
        tools: [
          {
            type: 'function',
            name: 'read',
            description: 'Reads.',
            parameters: { type: 'object' },
            strict: true,
          },
        ],
        tool_choice: { type: 'function', name: 'read' },
        parallel_tool_calls: false,
        max_output_tokens: 100,
        temperature: 0.5,
        top_p: 0.9,
        reasoning: { effort: 'high', summary: 'auto' },
        text: {
          format: { type: 'json_schema', name: 'a', schema: { type: 'object' }, strict: true },
          verbosity: 'low',
        },
        safety_identifier: 'u',
        metadata: { a: 'b' },
        service_tier: 'flex',
        prompt_cache_key: 'k',
        stream: true,
        store: false,
        include: ['reasoning.encrypted_content'],
        client_metadata: { x: '1' },
      }),
    ).toEqual({
      model: 'm',
      turns: [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'developer', parts: [text('Be kind.')] },
        {
          role: 'user',
          parts: [
            text('Look.'),
            {
              type: 'image',
              source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' },
              detail: 'low',
            },
            { type: 'image', source: { kind: 'file-id', id: 'file_1' } },
            {
              type: 'file',
              source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' },
              name: 'a.pdf',
            },
            { type: 'file', source: { kind: 'url', url: 'https://x.example/a.pdf' } },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { type: 'thinking', text: 'Hm.\n\nAh.', signature: { origin: 'openai-responses', data: 'gAAA' } },
          ],
        },
        { role: 'assistant', parts: [text('I look.')] },
        {
          role: 'assistant',
          parts: [
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
      topP: 0.9,
      reasoning: { mode: 'effort', effort: 'high', showThoughts: true },
      answerFormat: { type: 'json-schema', name: 'a', schema: { type: 'object' }, strict: true },
      verbosity: 'low',
      user: 'u',
      metadata: { a: 'b' },
      serviceTier: 'flex',
      promptCacheKey: 'k',
      stream: true,
      includeUsage: false,
      extras: {
        protocol: 'openai-responses',
        fields: { store: false, include: ['reasoning.encrypted_content'], client_metadata: { x: '1' } },
      },
    })
  })

  it('takes null for absent, and ignores what it does not know', () => {
    const nulls = Object.fromEntries(
      'tools tool_choice max_output_tokens temperature top_p stream user metadata text reasoning instructions previous_response_id conversation prompt background'
        .split(' ')
        .map((name) => [name, null]),
    )
    expect(decode(nulls)).toEqual({ model: 'm', turns: [], tools: [], stream: false, includeUsage: false })
    expect(decode({ brand_new: 1 })).toMatchObject({ extras: { fields: { brand_new: 1 } } })
    expect(decode({ text: {}, reasoning: {} })).not.toHaveProperty('answerFormat')
  })

  it('takes a plain string as what the user says', () => {
    expect(decode({ input: 'Hi' }).turns).toEqual([{ role: 'user', parts: [text('Hi')] }])
  })

  it('takes an item without a type for a message', () => {
    expect(decode({ input: [{ role: 'system', content: 'x' }] }).turns).toEqual([
      { role: 'system', parts: [text('x')] },
    ])
  })

  it.each<[JsonObject, string]>([
    [{ model: undefined }, 'model'],
    [{ model: '' }, 'model'],
    [{ input: undefined }, 'input'],
    [{ input: [7] }, 'input[0]'],
    [{ input: [{ role: 'wizard', content: 'x' }] }, 'input[0].role'],
    [{ input: [{ content: 'x' }] }, 'input[0].role'],
    [{ input: [{ role: 'user', content: 7 }] }, 'input[0].content'],
    [{ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input[0].content[0].image_url'],
    [{ input: [{ type: 'function_call', call_id: 'c' }] }, 'input[0].name'],
    [{ input: [{ type: 'function_call_output', output: 'x' }] }, 'input[0].call_id'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ tools: [{ type: 'namespace', name: 'a', tools: [{ type: 'function' }] }] }, 'tools[0].tools[0].name'],
    [{ tool_choice: 'perhaps' }, 'tool_choice'],
    [{ max_output_tokens: -1 }, 'max_output_tokens'],
    [{ stream: 'yes' }, 'stream'],
  ])('refuses %j and names the field %s', (fields, param) => {
    let thrown: unknown
    try {
      decode(fields)
    } catch (error) {
      thrown = error
    }
    expect(toChatError(thrown)).toMatchObject({ kind: 'invalid-request', param })
  })
})

describe('decoding items', () => {
  it('reads custom calls, namespaces and their results (P-42)', () => {
    expect(
      partsOf(
        { type: 'custom_tool_call', call_id: 'c1', name: 'exec', namespace: 'functions', input: 'ls' },
        { type: 'custom_tool_call_output', call_id: 'c1', output: [{ type: 'input_text', text: 'a.txt' }] },
        { type: 'function_call', call_id: 'c2', name: 'spawn', namespace: 'agents', arguments: '{}' },
      ),
    ).toEqual([
      {
        type: 'tool-call',
        id: 'c1',
        name: 'exec',
        argumentsText: 'ls',
        kind: 'custom',
        namespace: 'functions',
      },
      { type: 'tool-result', callId: 'c1', parts: [text('a.txt')], isError: false, kind: 'custom' },
      {
        type: 'tool-call',
        id: 'c2',
        name: 'spawn',
        argumentsText: '{}',
        kind: 'function',
        namespace: 'agents',
      },
    ])
  })

  it('reads results of any shape, images as images (P-37, P-38)', () => {
    const output = (value: JsonObject['output']) =>
      partsOf({ type: 'function_call_output', call_id: 'c', output: value! })[0]
    expect(output({ ok: true })).toMatchObject({ parts: [text('{"ok":true}')] })
    expect(output(7)).toMatchObject({ parts: [text('7')] })
    expect(output('')).toMatchObject({ parts: [] })
    expect(
      output([
        { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
        { type: 'of_later_days', x: 1 },
      ]),
    ).toMatchObject({
      parts: [{ type: 'image', source: { data: 'AAAA' } }, text('{"type":"of_later_days","x":1}')],
    })
  })

  it('drops reasoning that says nothing, and gives marked reasoning back its origin (P-55)', () => {
    const reasoning = (encrypted_content: string, summary: readonly JsonObject[] = []) => ({
      type: 'reasoning',
      summary,
      encrypted_content,
    })
    expect(
      partsOf(
        reasoning(''),
        reasoning('portside.anthropic-messages.c2ln', [{ type: 'summary_text', text: 'Hm.' }]),
        reasoning('portside.anthropic-messages.redacted.aGlk'),
        { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Openly.' }] },
      ),
    ).toEqual([
      { type: 'thinking', text: 'Hm.', signature: { origin: 'anthropic-messages', data: 'c2ln' } },
      { type: 'redacted-thinking', carrier: { origin: 'anthropic-messages', data: 'aGlk' } },
      { type: 'thinking', text: 'Openly.' },
    ])
  })

  it('keeps items that only OpenAI knows, on the side that made them', () => {
    const search = { type: 'web_search_call', id: 'ws_1' }
    const shell = { type: 'local_shell_call_output', id: 'x' }
    expect(decode({ input: [search, shell] }).turns).toEqual([
      { role: 'assistant', parts: [{ type: 'opaque', protocol: 'openai-responses', raw: search }] },
      { role: 'user', parts: [{ type: 'opaque', protocol: 'openai-responses', raw: shell }] },
    ])
  })
})

describe('decoding tools', () => {
  it('reads custom tools, namespaces, hosted tools, and tools inside an input item (P-42, P-43)', () => {
    const exec = {
      type: 'custom',
      name: 'exec',
      format: { type: 'grammar', syntax: 'lark', definition: 'x' },
    }
    expect(
      decode({
        tools: [
          {
            type: 'namespace',
            name: 'agents',
            tools: [{ type: 'function', name: 'spawn', defer_loading: true }],
          },
          { type: 'web_search' },
        ],
        input: [
          {
            type: 'additional_tools',
            role: 'developer',
            tools: [{ type: 'namespace', name: 'functions', tools: [exec, { type: 'tool_search' }] }],
          },
        ],
      }),
    ).toMatchObject({
      turns: [],
      tools: [
        { kind: 'function', name: 'spawn', namespace: 'agents' },
        { kind: 'hosted', raw: { type: 'web_search' } },
        { kind: 'custom', name: 'exec', namespace: 'functions', format: exec.format },
        { kind: 'hosted', raw: { type: 'tool_search' } },
      ],
    })
  })

  it.each<[JsonObject['tool_choice'], object | undefined]>([
    ['required', { type: 'required' }],
    [
      { type: 'custom', name: 'exec' },
      { type: 'named', name: 'exec' },
    ],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'a' }] },
      { type: 'allowed', mode: 'required', names: ['a'] },
    ],
    [{ type: 'web_search' }, undefined],
    [{ type: 'mcp', server_label: 's', name: 'x' }, undefined],
  ])('reads the choice %j', (tool_choice, expected) => {
    expect(decode({ tool_choice: tool_choice! }).toolChoice).toEqual(expected)
  })

  it.each<[JsonObject, object | undefined]>([
    [{ effort: 'none' }, { mode: 'off' }],
    [{ effort: 'low' }, { mode: 'effort', effort: 'low' }],
    [{ summary: 'detailed' }, { mode: 'adaptive', showThoughts: true }],
    [{ effort: 'enormous' }, undefined],
  ])('reads the reasoning %j', (reasoning, expected) => {
    expect(decode({ reasoning }).reasoning).toEqual(expected)
  })
})

describe('pointing to earlier answers', () => {
  const earlier: JsonObject = { type: 'message', role: 'assistant', content: 'Earlier.' }
  const remembered = {
    item: (id: string) => (id === 'msg_1' ? earlier : undefined),
    history: (id: string) => (id === 'resp_1' ? [{ role: 'user', content: 'First.' }, earlier] : undefined),
  }

  it('puts what is remembered in full', () => {
    const input = [
      { type: 'item_reference', id: 'msg_1' },
      { id: 'msg_1' },
      { role: 'user', content: 'And?' },
    ]
    const { turns, untranslatable } = decode(
      { instructions: 'Be brief.', input, previous_response_id: 'resp_1' },
      { remembered },
    )
    expect(untranslatable).toBeUndefined()
    expect(turns.map(({ parts }) => parts)).toEqual([
      [text('Be brief.')],
      [text('First.')],
      [text('Earlier.')],
      [text('Earlier.')],
      [text('Earlier.')],
      [text('And?')],
    ])
    expect(decode({ input: undefined, previous_response_id: 'resp_1' }, { remembered }).turns).toHaveLength(2)
  })

  it.each<[JsonObject, object]>([
    [
      { previous_response_id: 'resp_9' },
      { code: 'previous_response_not_found', param: 'previous_response_id' },
    ],
    [
      { input: [{ type: 'item_reference', id: 'msg_9' }] },
      { code: 'previous_response_not_found', param: 'input[0].id' },
    ],
    [{ conversation: 'conv_1', input: undefined }, { param: 'conversation' }],
    [{ prompt: { id: 'p' }, input: undefined }, { param: 'prompt' }],
    [{ background: true }, { param: 'background' }],
  ])('says of %j that it can only be passed through', (fields, error) => {
    for (const context of [{}, { remembered }])
      expect(decode(fields, context).untranslatable).toMatchObject({ kind: 'invalid-request', ...error })
  })
})
