import { describe, expect, it } from 'vitest'
import { DEFAULT_CAPABILITIES } from '../../proxy/chat/capabilities.ts'
import type { JsonObject } from '../../proxy/chat/json.ts'
import { anthropicMessages } from '../../proxy/protocols/anthropic-messages/index.ts'
import { openaiChat } from '../../proxy/protocols/openai-chat/index.ts'
import { openaiResponses } from '../../proxy/protocols/openai-responses/index.ts'
import { anthropicCodec } from '../../proxy/providers/anthropic/index.ts'
import { geminiCodec } from '../../proxy/providers/gemini/index.ts'
import { openaiChatCodec } from '../../proxy/providers/openai-chat/index.ts'
import { openaiResponsesCodec } from '../../proxy/providers/openai-responses/index.ts'

/**
 * The contract between the APIs, field by field: what a request says, and what of it stands in the body that each kind
 * of upstream gets. `absent` names what must not be there.
 */

const CODECS = {
  chat: openaiChatCodec,
  responses: openaiResponsesCodec,
  anthropic: anthropicCodec,
  gemini: geminiCodec,
}
type Upstream = keyof typeof CODECS
type Expected = { readonly has?: object; readonly absent?: readonly string[] }
type Row = {
  readonly field: string
  readonly body: JsonObject
  readonly up: Partial<Record<Upstream, Expected>>
}

const CAPABLE = {
  ...DEFAULT_CAPABILITIES,
  effortLevels: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const,
  thinkingStyle: 'adaptive' as const,
  cacheControl: false,
}

function written(protocol: typeof openaiChat, body: JsonObject, upstream: Upstream): JsonObject {
  const request = protocol.decodeRequest({ model: 'm', ...body })
  return CODECS[upstream].writeRequest(request, { model: 'up', stream: false, capabilities: CAPABLE }).body
}

function check(protocol: typeof openaiChat, rows: readonly Row[]): void {
  for (const { field, body, up } of rows)
    for (const [upstream, { has, absent }] of Object.entries(up))
      it(`${field} → ${upstream}`, () => {
        const got = written(protocol, body, upstream as Upstream)
        if (has !== undefined) expect(got).toMatchObject(has)
        for (const name of absent ?? []) expect(got).not.toHaveProperty(name)
        // Equal requests give equal bytes.
        expect(JSON.stringify(written(protocol, body, upstream as Upstream))).toBe(JSON.stringify(got))
      })
}

const hi = [{ role: 'user', content: 'hi' }]
const schema = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
}
const chatTool = [{ type: 'function', function: { name: 'f', description: 'd', parameters: schema } }]
const PNG = 'iVBORw0KGgo='

describe('1.1 From Chat Completions', () => {
  check(openaiChat, [
    {
      field: 'model',
      body: { messages: hi },
      up: {
        anthropic: { has: { model: 'up' } },
        responses: { has: { model: 'up' } },
        gemini: { absent: ['model'] },
      },
    },
    {
      field: 'roles system and developer',
      body: { messages: [{ role: 'system', content: 's' }, { role: 'developer', content: 'd' }, ...hi] },
      up: {
        anthropic: {
          has: {
            system: [
              { type: 'text', text: 's' },
              { type: 'text', text: 'd' },
            ],
            messages: [{ role: 'user' }],
          },
        },
        gemini: { has: { systemInstruction: { parts: [{ text: 's' }, { text: 'd' }] } } },
      },
    },
    {
      field: 'user parts: text and image',
      body: {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 't' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
            ],
          },
        ],
      },
      up: {
        anthropic: {
          has: {
            messages: [
              {
                content: [
                  { type: 'text', text: 't' },
                  { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
                ],
              },
            ],
          },
        },
        responses: {
          has: {
            input: [
              {
                content: [
                  { type: 'input_text', text: 't' },
                  { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
                ],
              },
            ],
          },
        },
        gemini: {
          has: {
            contents: [
              { role: 'user', parts: [{ text: 't' }, { inlineData: { mimeType: 'image/png', data: PNG } }] },
            ],
          },
        },
      },
    },
    {
      field: 'assistant calls and tool results',
      body: {
        messages: [
          ...hi,
          {
            role: 'assistant',
            content: 'text',
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":"b"}' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'result' },
        ],
        tools: chatTool,
      },
      up: {
        anthropic: {
          has: {
            messages: [
              {},
              {
                role: 'assistant',
                content: [
                  { type: 'text', text: 'text' },
                  { type: 'tool_use', id: 'c1', name: 'f', input: { a: 'b' } },
                ],
              },
              { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1' }] },
            ],
          },
        },
        responses: {
          has: {
            input: [
              {},
              {},
              { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{"a":"b"}' },
              { type: 'function_call_output', call_id: 'c1', output: 'result' },
            ],
          },
        },
        gemini: {
          has: {
            contents: [
              {},
              { role: 'model', parts: [{ text: 'text' }, { functionCall: { name: 'f', args: { a: 'b' } } }] },
              { role: 'user', parts: [{ functionResponse: { name: 'f' } }] },
            ],
          },
        },
      },
    },
    {
      field: 'tools',
      body: { messages: hi, tools: chatTool },
      up: {
        anthropic: { has: { tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' } }] } },
        responses: { has: { tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }] } },
        gemini: { has: { tools: [{ functionDeclarations: [{ name: 'f', description: 'd' }] }] } },
      },
    },
    ...(
      [
        ['none', { type: 'none' }, 'none', 'NONE'],
        ['auto', { type: 'auto' }, 'auto', 'AUTO'],
        ['required', { type: 'any' }, 'required', 'ANY'],
        [
          { type: 'function', function: { name: 'f' } },
          { type: 'tool', name: 'f' },
          { type: 'function', name: 'f' },
          'ANY',
        ],
      ] as const
    ).map(([choice, anthropic, responses, mode]) => ({
      field: `tool_choice ${JSON.stringify(choice)}`,
      body: { messages: hi, tools: chatTool, tool_choice: choice } as JsonObject,
      up: {
        anthropic: { has: { tool_choice: anthropic } },
        responses: { has: { tool_choice: responses } },
        gemini: { has: { toolConfig: { functionCallingConfig: { mode } } } },
      },
    })),
    {
      field: 'parallel_tool_calls',
      body: { messages: hi, tools: chatTool, parallel_tool_calls: false },
      up: {
        anthropic: { has: { tool_choice: { type: 'auto', disable_parallel_tool_use: true } } },
        responses: { has: { parallel_tool_calls: false } },
      },
    },
    {
      field: 'max_completion_tokens',
      body: { messages: hi, max_completion_tokens: 77 },
      up: {
        anthropic: { has: { max_tokens: 77 } },
        responses: { has: { max_output_tokens: 77 } },
        gemini: { has: { generationConfig: { maxOutputTokens: 77 } } },
      },
    },
    {
      field: 'max_tokens (legacy)',
      body: { messages: hi, max_tokens: 78 },
      up: { anthropic: { has: { max_tokens: 78 } }, responses: { has: { max_output_tokens: 78 } } },
    },
    {
      field: 'max_tokens absent',
      body: { messages: hi },
      up: {
        anthropic: { has: { max_tokens: DEFAULT_CAPABILITIES.defaultMaxTokens } },
        responses: { absent: ['max_output_tokens'] },
      },
    },
    {
      field: 'reasoning_effort',
      body: { messages: hi, reasoning_effort: 'high' },
      up: {
        anthropic: { has: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } } },
        responses: { has: { reasoning: { effort: 'high' } } },
      },
    },
    {
      field: 'response_format json_schema',
      body: {
        messages: hi,
        response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } },
      },
      up: {
        anthropic: { has: { output_config: { format: { type: 'json_schema' } } } },
        responses: { has: { text: { format: { type: 'json_schema', name: 'n' } } } },
        gemini: { has: { generationConfig: { responseMimeType: 'application/json' } } },
      },
    },
    {
      field: 'verbosity',
      body: { messages: hi, verbosity: 'low' },
      up: { anthropic: { absent: ['verbosity'] }, responses: { has: { text: { verbosity: 'low' } } } },
    },
    {
      field: 'stop',
      body: { messages: hi, stop: 'END' },
      up: {
        anthropic: { has: { stop_sequences: ['END'] } },
        responses: { absent: ['stop'] },
        gemini: { has: { generationConfig: { stopSequences: ['END'] } } },
      },
    },
    {
      field: 'temperature and top_p',
      body: { messages: hi, temperature: 1.7 },
      up: {
        anthropic: { has: { temperature: 1 } },
        responses: { has: { temperature: 1.7 } },
        gemini: { has: { generationConfig: { temperature: 1.7 } } },
      },
    },
    {
      field: 'logprobs, logit_bias, prediction, modalities, web_search_options',
      body: { messages: hi, logprobs: true, logit_bias: { '1': 2 }, web_search_options: {} },
      up: {
        anthropic: { absent: ['logprobs', 'logit_bias', 'web_search_options'] },
        gemini: { absent: ['logprobs', 'logit_bias'] },
      },
    },
    {
      field: 'seed and penalties',
      body: { messages: hi, seed: 5, presence_penalty: 0.5, frequency_penalty: 0.25 },
      up: {
        anthropic: { absent: ['seed', 'presence_penalty'] },
        gemini: { has: { generationConfig: { seed: 5, presencePenalty: 0.5, frequencyPenalty: 0.25 } } },
      },
    },
    {
      field: 'user',
      body: { messages: hi, user: 'u1' },
      up: { anthropic: { has: { metadata: { user_id: 'u1' } } } },
    },
    {
      field: 'cache_control on parts',
      body: {
        messages: [
          { role: 'user', content: [{ type: 'text', text: 't', cache_control: { type: 'ephemeral' } }] },
        ],
      },
      up: { responses: { absent: ['cache_control'] } },
    },
  ])

  it.each(['anthropic', 'responses'] as const)('n above 1 and audio are refused for %s', (upstream) => {
    expect(() => written(openaiChat, { messages: hi, n: 2 }, upstream)).toThrow(/n/)
    const audio = [
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] },
    ]
    expect(() => written(openaiChat, { messages: audio }, upstream)).toThrow(/audio/i)
  })
})

const claudeTool = [{ name: 'f', description: 'd', input_schema: schema }]

describe('1.2 From Anthropic Messages', () => {
  check(anthropicMessages, [
    {
      field: 'max_tokens',
      body: { max_tokens: 55, messages: hi },
      up: {
        chat: { has: { max_tokens: 55 } },
        responses: { has: { max_output_tokens: 55 } },
        gemini: { has: { generationConfig: { maxOutputTokens: 55 } } },
      },
    },
    {
      field: 'system, without its billing line',
      body: {
        max_tokens: 5,
        system: [
          { type: 'text', text: 'x-anthropic-billing-header: cc_version=1' },
          { type: 'text', text: 's', cache_control: { type: 'ephemeral' } },
        ],
        messages: hi,
      },
      up: {
        chat: { has: { messages: [{ role: 'system', content: 's' }, {}] } },
        responses: { has: { instructions: 's' } },
        gemini: { has: { systemInstruction: { parts: [{ text: 's' }] } } },
      },
    },
    {
      field: 'blocks: tool_use and tool_result',
      body: {
        max_tokens: 5,
        tools: claudeTool,
        messages: [
          ...hi,
          { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: { a: 'b' } }] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't1', content: 'r' },
              { type: 'text', text: 'go on' },
            ],
          },
        ],
      },
      up: {
        chat: {
          has: {
            messages: [
              {},
              {
                role: 'assistant',
                tool_calls: [{ id: 't1', function: { name: 'f', arguments: '{"a":"b"}' } }],
              },
              { role: 'tool', tool_call_id: 't1', content: 'r' },
              { role: 'user', content: 'go on' },
            ],
          },
        },
        responses: {
          has: {
            input: [
              {},
              { type: 'function_call', call_id: 't1' },
              { type: 'function_call_output', call_id: 't1', output: 'r' },
              {},
            ],
          },
        },
      },
    },
    {
      field: 'tools',
      body: {
        max_tokens: 5,
        messages: hi,
        tools: [...claudeTool, { type: 'web_search_20250305', name: 'web_search' }],
      },
      up: {
        chat: { has: { tools: [{ type: 'function', function: { name: 'f' } }] } },
        responses: { has: { tools: [{ type: 'function', name: 'f' }] } },
      },
    },
    {
      field: 'tool_choice any, one call at a time',
      body: {
        max_tokens: 5,
        messages: hi,
        tools: claudeTool,
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
      },
      up: {
        chat: { has: { tool_choice: 'required', parallel_tool_calls: false } },
        responses: { has: { tool_choice: 'required', parallel_tool_calls: false } },
        gemini: { has: { toolConfig: { functionCallingConfig: { mode: 'ANY' } } } },
      },
    },
    {
      field: 'thinking enabled with a budget',
      body: { max_tokens: 9000, messages: hi, thinking: { type: 'enabled', budget_tokens: 8000 } },
      up: {
        chat: { has: { reasoning_effort: 'medium' } },
        responses: { has: { reasoning: { effort: 'medium' } } },
      },
    },
    {
      field: 'thinking disabled',
      body: { max_tokens: 9000, messages: hi, thinking: { type: 'disabled' } },
      up: { chat: { has: { reasoning_effort: 'none' } } },
    },
    {
      field: 'output_config',
      body: {
        max_tokens: 5,
        messages: hi,
        thinking: { type: 'adaptive' },
        output_config: { effort: 'low', format: { type: 'json_schema', schema } },
      },
      up: {
        chat: { has: { reasoning_effort: 'low', response_format: { type: 'json_schema' } } },
        responses: { has: { reasoning: { effort: 'low' }, text: { format: { type: 'json_schema' } } } },
      },
    },
    {
      field: 'stop_sequences, temperature, top_k',
      body: { max_tokens: 5, messages: hi, stop_sequences: ['E'], temperature: 0.5, top_k: 3 },
      up: {
        chat: { has: { stop: ['E'], temperature: 0.5 }, absent: ['top_k'] },
        responses: { absent: ['stop', 'top_k'] },
        gemini: { has: { generationConfig: { stopSequences: ['E'], topK: 3 } } },
      },
    },
    {
      field: 'metadata.user_id',
      body: { max_tokens: 5, messages: hi, metadata: { user_id: 'u' } },
      up: { chat: { has: { user: 'u' } } },
    },
    {
      field: 'context_management, container, mcp_servers, service_tier, betas',
      body: {
        max_tokens: 5,
        messages: hi,
        context_management: { edits: [] },
        container: 'c',
        mcp_servers: [],
        inference_geo: 'us',
        speed: 'fast',
        betas: ['b'],
      },
      up: {
        chat: {
          absent: ['context_management', 'container', 'mcp_servers', 'inference_geo', 'speed', 'betas'],
        },
        responses: { absent: ['context_management', 'container', 'mcp_servers', 'speed', 'betas'] },
        gemini: { absent: ['context_management', 'container'] },
      },
    },
  ])
})

describe('1.3 From Responses', () => {
  check(openaiResponses, [
    {
      field: 'input as text, and instructions',
      body: { input: 'hi', instructions: 's' },
      up: {
        chat: {
          has: {
            messages: [
              { role: 'system', content: 's' },
              { role: 'user', content: 'hi' },
            ],
          },
        },
        anthropic: { has: { system: [{ text: 's' }] } },
      },
    },
    {
      field: 'items: function_call and its output',
      body: {
        input: [
          { role: 'user', content: 'hi' },
          { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c', output: 'r' },
        ],
        tools: [{ type: 'function', name: 'f', parameters: schema }],
      },
      up: {
        chat: {
          has: {
            messages: [
              {},
              { role: 'assistant', tool_calls: [{ id: 'c' }] },
              { role: 'tool', tool_call_id: 'c', content: 'r' },
            ],
          },
        },
        anthropic: {
          has: {
            messages: [
              {},
              { content: [{ type: 'tool_use', id: 'c' }] },
              { content: [{ type: 'tool_result', tool_use_id: 'c' }] },
            ],
          },
        },
      },
    },
    {
      field: 'tools: function, namespace, hosted',
      body: {
        input: 'x',
        tools: [
          { type: 'function', name: 'f', parameters: schema },
          { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'g', parameters: schema }] },
          { type: 'web_search' },
        ],
      },
      up: {
        chat: { has: { tools: [{ function: { name: 'f' } }, { function: { name: 'ns__g' } }] } },
        anthropic: { has: { tools: [{ name: 'f' }, { name: 'ns__g' }] } },
      },
    },
    {
      field: 'only hosted tools: choice and parallel go too',
      body: { input: 'x', tools: [{ type: 'web_search' }], tool_choice: 'auto', parallel_tool_calls: true },
      up: {
        chat: { absent: ['tools', 'tool_choice', 'parallel_tool_calls'] },
        anthropic: { absent: ['tools', 'tool_choice'] },
      },
    },
    {
      field: 'tool_choice by name',
      body: {
        input: 'x',
        tools: [{ type: 'function', name: 'f', parameters: schema }],
        tool_choice: { type: 'function', name: 'f' },
      },
      up: {
        chat: { has: { tool_choice: { type: 'function', function: { name: 'f' } } } },
        anthropic: { has: { tool_choice: { type: 'tool', name: 'f' } } },
      },
    },
    {
      field: 'text.format and text.verbosity',
      body: { input: 'x', text: { verbosity: 'low', format: { type: 'json_schema', name: 'n', schema } } },
      up: {
        chat: {
          has: { response_format: { type: 'json_schema', json_schema: { name: 'n' } }, verbosity: 'low' },
        },
        anthropic: { has: { output_config: { format: { type: 'json_schema' } } } },
      },
    },
    {
      field: 'reasoning',
      body: { input: 'x', reasoning: { effort: 'high' } },
      up: {
        chat: { has: { reasoning_effort: 'high' } },
        anthropic: { has: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } } },
      },
    },
    {
      field: 'max_output_tokens, temperature',
      body: { input: 'x', max_output_tokens: 9, temperature: 0.5 },
      up: {
        chat: { has: { max_tokens: 9, temperature: 0.5 } },
        anthropic: { has: { max_tokens: 9, temperature: 0.5 } },
      },
    },
    {
      field: 'store, include, truncation',
      body: { input: 'x', store: false, include: ['reasoning.encrypted_content'], truncation: 'auto' },
      up: {
        chat: { absent: ['store', 'include', 'truncation'] },
        anthropic: { absent: ['store', 'include', 'truncation'] },
      },
    },
  ])

  it.each(['previous_response_id', 'conversation', 'prompt'])(
    '%s that is not known here is refused for other upstreams',
    (field) => {
      const value = field === 'prompt' ? { id: 'p' } : 'x_1'
      expect(() => written(openaiResponses, { input: 'x', [field]: value }, 'chat')).toThrow()
    },
  )
})
