import fc from 'fast-check'
import * as v from './values.ts'

/** Requests as OpenAI's schema of Chat Completions allows them, with the fields of vendors that clients send. */

const textPart = v.typed('text', { text: v.text }, { cache_control: fc.constant({ type: 'ephemeral' }) })
const imagePart = v.typed('image_url', {
  image_url: v.record(
    { url: fc.oneof(v.url, v.dataUrl) },
    { detail: fc.constantFrom('auto', 'low', 'high') },
  ),
})
const audioPart = v.typed('input_audio', {
  input_audio: v.record({ data: v.base64, format: fc.constantFrom('wav', 'mp3') }),
})
const filePart = v.typed('file', {
  file: fc.oneof(
    v.record({ file_id: v.id }),
    v.record({ file_data: fc.oneof(v.base64, v.dataUrl) }, { filename: fc.constant('a.pdf') }),
  ),
})
const refusalPart = v.typed('refusal', { refusal: v.text })
const userPart = fc.oneof({ weight: 6, arbitrary: textPart }, imagePart, filePart, {
  weight: 1,
  arbitrary: audioPart,
})

const call = fc.oneof(
  v.typed('function', { id: v.callId, function: v.record({ name: v.toolName, arguments: v.argumentsText }) }),
  v.typed('custom', { id: v.callId, custom: v.record({ name: v.toolName, input: v.text }) }),
)

const message = fc.oneof(
  v.record(
    { role: fc.constantFrom('system', 'developer'), content: fc.oneof(v.text, v.list(textPart)) },
    { name: v.text },
  ),
  v.record({ role: fc.constant('user'), content: fc.oneof(v.text, v.list(userPart)) }, { name: v.text }),
  v.record(
    { role: fc.constant('assistant') },
    {
      content: v.maybeNull(fc.oneof(v.text, v.list(fc.oneof(textPart, refusalPart)))),
      tool_calls: v.list(call),
      refusal: v.maybeNull(v.text),
      reasoning_content: v.text,
      function_call: v.maybeNull(v.record({ name: v.toolName, arguments: v.argumentsText })),
      audio: v.maybeNull(v.record({ id: v.id })),
      name: v.text,
    },
  ),
  v.record({
    role: fc.constant('tool'),
    tool_call_id: v.callId,
    content: fc.oneof(v.text, v.list(textPart)),
  }),
  v.record({ role: fc.constant('function'), name: v.toolName, content: v.maybeNull(v.text) }),
)

const declared = v.record(
  { name: v.toolName },
  { description: v.text, parameters: v.schema, strict: v.maybeNull(v.flag) },
)
const tool = fc.oneof(
  { weight: 4, arbitrary: v.typed('function', { function: declared }) },
  {
    weight: 1,
    arbitrary: v.typed('custom', {
      custom: v.record(
        { name: v.toolName },
        {
          description: v.text,
          format: fc.constantFrom(
            { type: 'text' },
            { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } },
          ),
        },
      ),
    }),
  },
)

const named = v.typed('function', { function: v.record({ name: v.toolName }) })
const toolChoice = fc.oneof(
  fc.constantFrom('none', 'auto', 'required'),
  named,
  v.typed('custom', { custom: v.record({ name: v.toolName }) }),
  v.typed('allowed_tools', {
    allowed_tools: v.record({ mode: fc.constantFrom('auto', 'required'), tools: v.list(named) }),
  }),
)

const responseFormat = fc.oneof(
  fc.constantFrom({ type: 'text' }, { type: 'json_object' }),
  v.typed('json_schema', {
    json_schema: v.record(
      { name: fc.constant('answer') },
      { description: v.text, schema: v.schema, strict: v.maybeNull(v.flag) },
    ),
  }),
)

export const chatCompletionsRequest = v.record(
  { model: fc.constantFrom('sim-model', 'gpt-5.5', 'o3'), messages: v.list(message, 5, 1) },
  {
    audio: v.maybeNull(v.record({ format: fc.constant('wav'), voice: fc.constant('alloy') })),
    frequency_penalty: v.maybeNull(v.share),
    function_call: fc.oneof(fc.constantFrom('none', 'auto'), v.record({ name: v.toolName })),
    functions: v.list(declared),
    logit_bias: fc.constantFrom({ 50256: -100 }, {}),
    logprobs: v.maybeNull(v.flag),
    max_completion_tokens: v.maybeNull(v.count),
    max_tokens: v.maybeNull(v.count),
    metadata: v.maybeNull(v.stringMap),
    modalities: v.maybeNull(fc.constantFrom(['text'], ['text', 'audio'])),
    n: v.maybeNull(fc.constantFrom(1, 1, 1, 2)),
    parallel_tool_calls: v.flag,
    prediction: v.maybeNull(v.typed('content', { content: fc.oneof(v.text, v.list(textPart)) })),
    presence_penalty: v.maybeNull(v.share),
    prompt_cache_key: v.maybeNull(v.text),
    prompt_cache_retention: v.maybeNull(fc.constantFrom('in_memory', '24h')),
    reasoning_effort: v.maybeNull(fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
    response_format: responseFormat,
    safety_identifier: v.maybeNull(v.text),
    seed: v.maybeNull(v.count),
    service_tier: v.maybeNull(fc.constantFrom('auto', 'default', 'flex', 'priority')),
    stop: v.maybeNull(fc.oneof(v.text, v.list(v.text, 4))),
    store: v.maybeNull(v.flag),
    stream: v.maybeNull(v.flag),
    stream_options: v.maybeNull(v.record({}, { include_usage: v.flag, include_obfuscation: v.flag })),
    temperature: v.maybeNull(fc.constantFrom(0, 0.5, 1, 2)),
    thinking: v.typed('enabled', {}, { budget_tokens: v.count }),
    tool_choice: toolChoice,
    tools: v.list(tool, 4),
    top_logprobs: v.maybeNull(fc.constantFrom(0, 5, 20)),
    top_p: v.maybeNull(v.share),
    user: v.text,
    verbosity: v.maybeNull(fc.constantFrom('low', 'medium', 'high')),
    web_search_options: v.record({}, { search_context_size: fc.constantFrom('low', 'high') }),
  },
)
