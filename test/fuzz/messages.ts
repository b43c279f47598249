import fc from 'fast-check'
import * as v from './values.ts'

/** Requests as the types of Anthropic's SDK allow them. */

const cached = {
  cache_control: v.maybeNull(fc.constantFrom({ type: 'ephemeral' }, { type: 'ephemeral', ttl: '1h' })),
}

const textBlock = v.typed('text', { text: v.text }, { ...cached, citations: v.maybeNull(fc.constant([])) })
const image = v.typed(
  'image',
  {
    source: fc.oneof(
      v.typed('base64', { media_type: fc.constantFrom('image/png', 'image/webp'), data: v.base64 }),
      v.typed('url', { url: v.url }),
      v.typed('file', { file_id: v.id }),
    ),
  },
  cached,
)
const documentBlock = v.typed(
  'document',
  {
    source: fc.oneof(
      v.typed('base64', { media_type: fc.constant('application/pdf'), data: v.base64 }),
      v.typed('text', { media_type: fc.constant('text/plain'), data: v.text }),
      v.typed('content', { content: fc.oneof(v.text, v.list(fc.oneof(textBlock, image))) }),
      v.typed('url', { url: v.url }),
      v.typed('file', { file_id: v.id }),
    ),
  },
  {
    ...cached,
    citations: v.maybeNull(fc.constant({ enabled: true })),
    context: v.maybeNull(v.text),
    title: v.maybeNull(v.text),
  },
)
const searchResult = v.typed(
  'search_result',
  { content: v.list(textBlock), source: v.text, title: v.text },
  cached,
)
const toolUse = v.typed('tool_use', { id: v.callId, name: v.toolName, input: v.anyObject }, cached)
const toolResult = v.typed(
  'tool_result',
  { tool_use_id: v.callId },
  {
    ...cached,
    content: fc.oneof(
      v.text,
      v.list(
        fc.oneof(
          textBlock,
          image,
          searchResult,
          documentBlock,
          v.typed('tool_reference', { tool_name: v.toolName }),
        ),
      ),
    ),
    is_error: v.flag,
  },
)
const thinking = v.typed('thinking', { thinking: v.text, signature: fc.constantFrom('', 'c2ln', 'EqQBCkYI') })
const serverUse = v.typed('server_tool_use', {
  id: fc.constant('srvtoolu_1'),
  name: fc.constantFrom('web_search', 'code_execution'),
  input: v.anyObject,
})
const serverResult = v.typed('web_search_tool_result', {
  tool_use_id: fc.constant('srvtoolu_1'),
  content: fc.constantFrom([], { type: 'web_search_tool_result_error', error_code: 'unavailable' }),
})
const block = fc.oneof(
  { weight: 4, arbitrary: textBlock },
  { weight: 3, arbitrary: fc.oneof(toolUse, toolResult) },
  fc.oneof(image, documentBlock, searchResult),
  fc.oneof(thinking, v.typed('redacted_thinking', { data: v.base64 })),
  fc.oneof(serverUse, serverResult, v.typed('container_upload', { file_id: v.id })),
)

const tool = fc.oneof(
  {
    weight: 4,
    arbitrary: v.record(
      { name: v.toolName, input_schema: v.schema },
      {
        ...cached,
        type: v.maybeNull(fc.constant('custom')),
        description: v.text,
        strict: v.flag,
        defer_loading: v.flag,
        eager_input_streaming: v.maybeNull(v.flag),
        input_examples: v.list(v.anyObject),
        allowed_callers: fc.constant(['direct']),
      },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
      { type: 'bash_20250124', name: 'bash' },
      { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
      { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' },
    ),
  },
)

const parallel = { disable_parallel_tool_use: v.flag }
const toolChoice = fc.oneof(
  v.typed('auto', {}, parallel),
  v.typed('any', {}, parallel),
  v.typed('tool', { name: v.toolName }, parallel),
  v.typed('none'),
)

const shared = {
  model: fc.constantFrom('sim-model', 'claude-opus-5-5', 'claude-haiku-4-5'),
  messages: v.list(
    v.record({
      role: fc.constantFrom('user', 'assistant', 'user', 'system'),
      content: fc.oneof(v.text, v.list(block, 4)),
    }),
    5,
    1,
  ),
}

const optional = {
  cache_control: cached.cache_control,
  system: fc.oneof(v.text, v.list(textBlock)),
  thinking: fc.oneof(
    v.typed('enabled', { budget_tokens: v.count }, { display: fc.constantFrom('summarized', 'omitted') }),
    v.typed('adaptive', {}, { display: v.maybeNull(fc.constantFrom('summarized', 'omitted')) }),
    v.typed('disabled'),
  ),
  tool_choice: toolChoice,
  tools: v.list(tool, 4),
  output_config: v.record(
    {},
    {
      effort: v.maybeNull(fc.constantFrom('low', 'medium', 'high', 'xhigh', 'max')),
      format: v.maybeNull(v.typed('json_schema', { schema: v.schema })),
    },
  ),
}

export const messagesRequest = v.record(
  { ...shared, max_tokens: v.count },
  {
    ...optional,
    container: v.maybeNull(v.text),
    context_management: v.record({}, { edits: fc.constant([{ type: 'clear_tool_uses_20250919' }]) }),
    inference_geo: v.maybeNull(v.text),
    metadata: v.record({}, { user_id: v.maybeNull(v.text) }),
    service_tier: fc.constantFrom('auto', 'standard_only'),
    speed: v.maybeNull(fc.constantFrom('standard', 'fast')),
    stop_sequences: v.list(v.text),
    stream: v.flag,
    temperature: v.share,
    top_k: v.count,
    top_p: v.share,
  },
)

export const countTokensRequest = v.record(shared, optional)
