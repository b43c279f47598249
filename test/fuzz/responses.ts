import fc from 'fast-check'
import * as v from './values.ts'

/** Requests as OpenAI's schema of Responses allows them. */

const status = { status: fc.constantFrom('in_progress', 'completed', 'incomplete') }
const inputPart = fc.oneof(
  { weight: 4, arbitrary: v.typed('input_text', { text: v.text }) },
  v
    .typed(
      'input_image',
      { detail: fc.constantFrom('auto', 'low', 'high') },
      { image_url: v.maybeNull(fc.oneof(v.url, v.dataUrl)), file_id: v.maybeNull(v.id) },
    )
    .filter((part) => hasOne(part, ['image_url', 'file_id'])),
  v
    .typed(
      'input_file',
      {},
      { file_data: v.dataUrl, file_id: v.maybeNull(v.id), file_url: v.url, filename: fc.constant('a.pdf') },
    )
    .filter((part) => hasOne(part, ['file_data', 'file_id', 'file_url'])),
)
const outputPart = fc.oneof(
  v.typed('output_text', { text: v.text, annotations: fc.constant([]) }, { logprobs: fc.constant([]) }),
  v.typed('refusal', { refusal: v.text }),
)

function hasOne(part: v.Json, names: readonly string[]): boolean {
  return names.some((name) => (part as Record<string, unknown>)[name] != null)
}

const message = fc.oneof(
  v.record(
    {
      role: fc.constantFrom('user', 'system', 'developer', 'assistant'),
      content: fc.oneof(v.text, v.list(inputPart)),
    },
    { type: fc.constant('message'), phase: v.maybeNull(fc.constantFrom('commentary', 'final_answer')) },
  ),
  v.typed(
    'message',
    { role: fc.constantFrom('user', 'system', 'developer'), content: v.list(inputPart) },
    status,
  ),
  v.typed('message', { role: fc.constant('assistant'), id: v.id, content: v.list(outputPart) }, status),
)

const functionCall = v.typed(
  'function_call',
  { arguments: v.argumentsText, call_id: v.callId, name: v.toolName },
  { ...status, id: v.id, namespace: fc.constant('harbour') },
)
const functionOutput = v.typed(
  'function_call_output',
  { call_id: v.callId, output: fc.oneof(v.text, v.list(inputPart)) },
  { id: v.maybeNull(v.id), ...status },
)
const customCall = v.typed(
  'custom_tool_call',
  { call_id: v.callId, input: v.text, name: v.toolName },
  { id: v.id },
)
const customOutput = v.typed(
  'custom_tool_call_output',
  { call_id: v.callId, output: fc.oneof(v.text, v.list(inputPart)) },
  { id: v.id },
)
const reasoning = v.typed(
  'reasoning',
  { id: v.id, summary: v.list(v.typed('summary_text', { text: v.text })) },
  {
    ...status,
    content: v.list(v.typed('reasoning_text', { text: v.text })),
    encrypted_content: v.maybeNull(fc.constantFrom('', 'gAAAAB', 'c2ln')),
  },
)

const functionTool = v.typed(
  'function',
  { name: v.toolName, parameters: v.maybeNull(v.schema), strict: v.maybeNull(v.flag) },
  { description: v.maybeNull(v.text), defer_loading: v.flag },
)
const customTool = v.typed(
  'custom',
  { name: v.toolName },
  {
    description: v.text,
    format: fc.constantFrom({ type: 'text' }, { type: 'grammar', syntax: 'regex', definition: 'a+' }),
  },
)
const hostedTool = fc.constantFrom(
  { type: 'web_search', search_context_size: 'low' },
  { type: 'web_search_preview' },
  { type: 'file_search', vector_store_ids: ['vs_1'] },
  { type: 'code_interpreter', container: { type: 'auto' } },
  { type: 'image_generation' },
  { type: 'local_shell' },
  { type: 'shell' },
  { type: 'apply_patch' },
  { type: 'tool_search' },
  { type: 'mcp', server_label: 'quay', server_url: 'https://example.com/mcp' },
  { type: 'computer_use_preview', display_width: 800, display_height: 600, environment: 'linux' },
)
const tool = fc.oneof(
  { weight: 4, arbitrary: functionTool },
  customTool,
  hostedTool,
  v.typed('namespace', {
    name: fc.constant('harbour'),
    description: v.text,
    tools: v.list(fc.oneof(functionTool, customTool)),
  }),
)

/** Items of tools that OpenAI runs, and of its newest days. */
const foreignItem = fc.oneof(
  fc.constantFrom(
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'tide' } },
    { type: 'file_search_call', id: 'fs_1', status: 'completed', queries: ['tide'], results: null },
    {
      type: 'code_interpreter_call',
      id: 'ci_1',
      code: '1',
      container_id: 'c',
      outputs: null,
      status: 'completed',
    },
    { type: 'image_generation_call', id: 'ig_1', result: null, status: 'completed' },
    {
      type: 'local_shell_call',
      id: 'ls_1',
      call_id: 'call_a',
      status: 'completed',
      action: { type: 'exec' },
    },
    { type: 'local_shell_call_output', id: 'ls_2', output: 'ok' },
    { type: 'shell_call', call_id: 'call_b', action: { commands: ['ls'] } },
    { type: 'shell_call_output', call_id: 'call_b', output: [] },
    {
      type: 'apply_patch_call',
      call_id: 'call_a',
      operation: { type: 'delete_file', path: 'a' },
      status: 'completed',
    },
    { type: 'apply_patch_call_output', call_id: 'call_a', status: 'completed' },
    { type: 'mcp_list_tools', id: 'mcpl_1', server_label: 'quay', tools: [] },
    { type: 'mcp_call', id: 'mcp_1', arguments: '{}', name: 'x', server_label: 'quay' },
    { type: 'computer_call_output', call_id: 'call_a', output: { type: 'computer_screenshot' } },
    { type: 'compaction', encrypted_content: 'gAAAAB' },
    { type: 'compaction_trigger' },
    { type: 'tool_search_call', arguments: {}, execution: 'client', call_id: 'call_a' },
    { type: 'tool_search_output', call_id: 'call_a', tools: [] },
  ),
  v.typed('additional_tools', { role: fc.constant('developer'), tools: v.list(tool) }),
)

const item = fc.oneof(
  { weight: 5, arbitrary: message },
  { weight: 4, arbitrary: fc.oneof(functionCall, functionOutput, customCall, customOutput) },
  { weight: 1, arbitrary: reasoning },
  { weight: 1, arbitrary: foreignItem },
)

const toolChoice = fc.oneof(
  fc.constantFrom('none', 'auto', 'required'),
  v.typed('function', { name: v.toolName }),
  v.typed('custom', { name: v.toolName }),
  v.typed('allowed_tools', {
    mode: fc.constantFrom('auto', 'required'),
    tools: v.list(v.typed('function', { name: v.toolName })),
  }),
  fc.constantFrom(
    { type: 'web_search_preview' },
    { type: 'mcp', server_label: 'quay' },
    { type: 'apply_patch' },
  ),
)

const format = fc.oneof(
  fc.constantFrom({ type: 'text' }, { type: 'json_object' }),
  v.typed(
    'json_schema',
    { name: fc.constant('answer'), schema: v.schema },
    { description: v.text, strict: v.maybeNull(v.flag) },
  ),
)

export const responsesRequest = v.record(
  {
    model: fc.constantFrom('sim-model', 'gpt-5.5', 'o3'),
    input: fc.oneof({ weight: 1, arbitrary: v.text }, { weight: 5, arbitrary: v.list(item, 6, 1) }),
  },
  {
    include: v.maybeNull(
      v.list(fc.constantFrom('reasoning.encrypted_content', 'web_search_call.action.sources')),
    ),
    instructions: v.maybeNull(v.text),
    max_output_tokens: v.maybeNull(v.count),
    max_tool_calls: v.maybeNull(v.count),
    metadata: v.maybeNull(v.stringMap),
    parallel_tool_calls: v.maybeNull(v.flag),
    prompt_cache_key: v.maybeNull(v.text),
    prompt_cache_retention: v.maybeNull(fc.constantFrom('in_memory', '24h')),
    reasoning: v.maybeNull(
      v.record(
        {},
        {
          effort: v.maybeNull(fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
          summary: v.maybeNull(fc.constantFrom('auto', 'concise', 'detailed')),
        },
      ),
    ),
    safety_identifier: v.maybeNull(v.text),
    service_tier: v.maybeNull(fc.constantFrom('auto', 'default', 'flex', 'priority')),
    store: v.maybeNull(v.flag),
    stream: v.maybeNull(v.flag),
    stream_options: v.maybeNull(v.record({}, { include_obfuscation: v.flag })),
    temperature: v.maybeNull(fc.constantFrom(0, 0.5, 1, 2)),
    text: v.record({}, { format, verbosity: v.maybeNull(fc.constantFrom('low', 'medium', 'high')) }),
    tool_choice: toolChoice,
    tools: v.list(tool, 4),
    top_logprobs: v.maybeNull(fc.constantFrom(0, 5)),
    top_p: v.maybeNull(v.share),
    truncation: v.maybeNull(fc.constantFrom('auto', 'disabled')),
    user: v.text,
  },
)
