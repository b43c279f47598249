import type { JsonValue } from '../chat/json.ts'
import type { FinishReason } from '../chat/stream-part.ts'
import { askWith, CASE_TOOLS, type Telling, tool } from './filter.test-support.ts'

/** One way in which a model answers, and what the client gets of it. What is absent is nothing; `finish` follows from it. */
export type Case = {
  readonly ids: string
  readonly title: string
  readonly said: string
  readonly text?: string
  readonly calls?: readonly { readonly name: string; readonly arguments: JsonValue }[]
  readonly thinking?: string
  readonly finish?: FinishReason
  /** What the log says of the block that was left out. */
  readonly note?: RegExp
  readonly telling?: Telling
}

const call = (name: string, args: JsonValue) => ({ name, arguments: args })
const brest = call('get_tide', { port: 'Brest' })
const note = (fields: Record<string, JsonValue>) => call('save_note', { path: 'a.md', body: 'b', ...fields })

/** A block in the form that the prompt asks for. */
export const block = (name: string, parameters: string) =>
  `<tool_calls>\n<invoke name="${name}">\n${parameters}</invoke>\n</tool_calls>`
const cdata = (name: string, value: string) => `<parameter name="${name}"><![CDATA[${value}]]></parameter>\n`
const bare = (name: string, value: string) => `<parameter name="${name}">${value}</parameter>\n`
const BREST = block('get_tide', cdata('port', 'Brest'))
const saving = (parameters: string) =>
  block('save_note', cdata('path', 'a.md') + cdata('body', 'b') + parameters)
/** DSML with its marks as one writes them. */
const dsml = (open: (word: string) => string, close: (word: string) => string) =>
  `<${open('tool_calls')}><${open('invoke')} name="get_tide"><${open('parameter')} name="port"><![CDATA[Brest]]></${close('parameter')}></${close('invoke')}></${close('tool_calls')}>`
const marked = (mark: string) =>
  dsml(
    (word) => mark + word,
    (word) => mark + word,
  )

const TR = '<<CALL_k3vq9x2m>>'
const TRIGGERED = `${TR}\n<invoke name="get_tide">{"port":"Brest"}</invoke>`
const hermes = (json: string) => `<tool_call>${json}</tool_call>`
const asked = (arguments_: string) => hermes(`{"name":"get_tide","arguments":${arguments_}}`)
const EXAMPLE = 'Use it so:\n<tool_calls>\n<invoke name="ping">\n</invoke>\n</tool_calls>\nthat is all.'
const thinkingOn: Telling = { options: { wantsThinking: true, exposeReasoning: true } }

export const TRIGGER_CASES: readonly Case[] = [
  { ids: 'T-01, T-02', title: 'a trigger line and an invoke with JSON', said: TRIGGERED, calls: [brest] },
  {
    ids: 'T-03',
    title: 'words before and behind the trigger',
    said: `Checking. ${TRIGGERED} Done.`,
    text: 'Checking. ',
    calls: [brest],
  },
  {
    ids: 'T-05',
    title: 'a trigger and an empty invoke',
    said: `${TR}<invoke name="ping"></invoke>`,
    calls: [call('ping', {})],
  },
  {
    ids: 'T-06',
    title: 'JSON that lacks its last bracket',
    said: `${TR}<invoke name="get_tide">{"port": "Brest"</invoke>`,
    calls: [brest],
  },
  {
    ids: 'T-06',
    title: 'JSON that is beyond repair',
    said: `${TR}<invoke name="get_tide">{"port": "Bre</invoke>`,
    note: /ended inside a call|not JSON/,
    finish: 'length',
  },
  {
    ids: 'T-08',
    title: 'a trigger and prose',
    said: `${TR}\nThe tide is high.`,
    text: '\nThe tide is high.',
    note: /trigger/,
  },
  {
    ids: 'T-09',
    title: 'an end inside the call',
    said: `${TR}<invoke name="get_tide">{"po`,
    note: /ended inside a call/,
    finish: 'length',
  },
  {
    ids: 'T-12',
    title: 'thoughts and a trigger',
    said: `<thinking>a</thinking>${TRIGGERED}`,
    thinking: 'a',
    calls: [brest],
    telling: thinkingOn,
  },
]

export const MARKUP_CASES: readonly Case[] = [
  { ids: 'T-20', title: 'DSML', said: marked('|DSML|'), calls: [brest] },
  { ids: 'T-20', title: 'the form that the prompt asks for', said: BREST, calls: [brest] },
  {
    ids: 'T-21',
    title: 'plain tags and a bare value',
    said: `<tool_calls><invoke name="get_tide"><parameter name="port">Brest</parameter></invoke></tool_calls>`,
    calls: [brest],
  },
  ...['｜DSML｜', '｜｜DSML｜｜', '||DSML||', '‖DSML‖', '｜｜DSML｜｜ ', '||DSML|| ', '‖DSML‖ '].map(
    (mark) => ({
      ids: 'T-23',
      title: `bars as in <${mark}tool_calls>`,
      said: marked(mark),
      calls: [brest],
    }),
  ),
  ...['DSML|', '|DSML ', 'DSML'].map((mark) => ({
    ids: 'T-24',
    title: `marks as in <${mark}tool_calls>`,
    said: marked(mark),
    calls: [brest],
  })),
  ...['|CHAT2API|', '|', '｜'].map((mark) => ({
    ids: 'T-24',
    title: `a prefix as in <${mark}tool_calls>`,
    said: marked(mark),
    calls: [brest],
  })),
  {
    ids: 'T-26',
    title: 'a pipe before the end of a tag',
    said: '<|DSML|tool_calls|><|DSML|invoke name="get_tide"|><|DSML|parameter name="port"|><![CDATA[Brest]]></|DSML|parameter|></|DSML|invoke|></|DSML|tool_calls|>',
    calls: [brest],
  },
  {
    ids: 'T-28',
    title: 'a DSML wrapper, a plain invoke, a DSML parameter',
    said: '<|DSML|tool_calls><invoke name="get_tide"><|DSML|parameter name="port"><![CDATA[Brest]]></|DSML|parameter></invoke></|DSML|tool_calls>',
    calls: [brest],
  },
  ...[
    '<tool_calls_extra>x</tool_calls_extra>',
    '<|DSML tool_calls_extra>x',
    '<tool-calls>x</tool-calls>',
  ].map((said) => ({
    ids: 'T-29',
    title: `a look-alike: ${said.slice(0, 24)}`,
    said,
    text: said,
  })),
  {
    ids: 'T-31',
    title: 'a wrapper that is not closed behind a closed invoke',
    said: BREST.replace('\n</tool_calls>', ''),
    calls: [brest],
  },
  { ids: 'T-31', title: 'a wrapper that is half closed', said: BREST.slice(0, -6), calls: [brest] },
  {
    ids: 'T-32',
    title: 'an invoke of a declared name without a wrapper',
    said: `<invoke name="get_tide">${cdata('port', 'Brest')}</invoke>`,
    calls: [brest],
  },
  {
    ids: 'T-32',
    title: 'an invoke of another name without a wrapper',
    said: '<invoke name="unknown"></invoke> is a tag.',
    text: '<invoke name="unknown"></invoke> is a tag.',
  },
  {
    ids: 'T-33',
    title: 'an orphan closing tag',
    said: '</tool_calls> closes it.',
    text: '</tool_calls> closes it.',
  },
  {
    ids: 'T-35',
    title: 'closing tags in the wrong order',
    said: `<tool_calls><invoke name="get_tide">${cdata('port', 'Brest')}</tool_calls></invoke>`,
    note: /was not closed/,
  },
  {
    ids: 'T-38',
    title: 'a tag of the tool’s name',
    said: '<tool_calls><get_tide></tool_calls>',
    text: '<tool_calls><get_tide></tool_calls>',
  },
  {
    ids: 'T-38',
    title: 'a name with a stray backtick',
    said: '<tool_call name="get_tide`">{"port":"Brest"}</tool_call>',
    text: '<tool_call name="get_tide`">{"port":"Brest"}</tool_call>',
  },
  {
    ids: 'T-39',
    title: 'a Hermes call inside <tools>',
    said: `<tools>${asked('{"port":"Brest"}')}</tools>`,
    calls: [brest],
  },
  {
    ids: 'T-41',
    title: 'JSON in an invoke, inside "input"',
    said: '<invoke name="get_tide">{"input":{"port":"Brest"}}</invoke>',
    calls: [brest],
  },
  {
    ids: 'T-41',
    title: '"input" stays where the tool has a field of that name',
    said: '<invoke name="feed">{"input":{"port":"Brest"}}</invoke>',
    calls: [call('feed', { input: { port: 'Brest' } })],
    telling: { request: askWith([tool('feed', { input: { type: 'object' } }, ['input'])]) },
  },
  ...['Read', 'mcp__srv__list', 'default_api:read'].map((name) => ({
    ids: 'T-42',
    title: `the name ${name}`,
    said: block(name, ''),
    calls: [call(name, {})],
    telling: { request: askWith([tool(name, {}, [])]) },
  })),
  {
    ids: 'T-44',
    title: 'letters whose lower case is longer before the call',
    said: `İİİ İstanbul\n${BREST}`,
    text: 'İİİ İstanbul\n',
    calls: [brest],
  },
]

export const CONTENT_CASES: readonly Case[] = [
  {
    ids: 'T-50',
    title: 'a whole example of a call inside CDATA',
    said: saving('').replace('[b]', `[${EXAMPLE}]`),
    calls: [note({ body: EXAMPLE })],
  },
  {
    ids: 'T-50',
    title: 'a ]]> in the text, split as the prompt says',
    said: saving('').replace('[b]', '[x]]]]><![CDATA[> y]'),
    calls: [note({ body: 'x]]> y' })],
  },
  {
    ids: 'T-50',
    title: 'a ]]> in the text, not split',
    said: saving('').replace('[b]', '[if (a[b[0]]>1) c]'),
    calls: [note({ body: 'if (a[b[0]]>1) c' })],
  },
  { ids: 'T-52', title: 'CDATA that is never closed', said: BREST.replace(']]>', ''), calls: [brest] },
  {
    ids: 'T-53',
    title: 'fences and a here-document in CDATA',
    said: saving('').replace('[b]', '[```sh\ncat <<EOF\n</x>\nEOF\n```]'),
    calls: [note({ body: '```sh\ncat <<EOF\n</x>\nEOF\n```' })],
  },
  {
    ids: 'T-56',
    title: 'items',
    said: saving(bare('tags', '<item>x</item><item>y</item>')),
    calls: [note({ tags: ['x', 'y'] })],
  },
  {
    ids: 'T-56',
    title: 'items inside CDATA',
    said: saving(cdata('tags', '<item>x</item><item>y</item>')),
    calls: [note({ tags: ['x', 'y'] })],
  },
  {
    ids: 'T-56',
    title: 'a single item',
    said: saving(bare('tags', '<item>x</item>')),
    calls: [note({ tags: ['x'] })],
  },
  {
    ids: 'T-57',
    title: 'a parameter three times',
    said: saving(cdata('tags', 'x') + cdata('tags', 'y') + cdata('tags', 'z')),
    calls: [note({ tags: ['x', 'y', 'z'] })],
  },
  {
    ids: 'T-59',
    title: 'numbers, booleans and null where no text is wanted',
    said: block(
      'mix',
      bare('n', '4.5') + bare('b', 'true') + bare('z', 'null') + bare('s', '30') + bare('t', 'true'),
    ),
    calls: [call('mix', { n: 4.5, b: true, z: null, s: '30', t: 'true' })],
    telling: {
      request: askWith([
        tool(
          'mix',
          {
            n: { type: 'number' },
            b: { type: 'boolean' },
            z: { type: 'null' },
            s: { type: 'string' },
            t: { type: 'string' },
          },
          [],
        ),
      ]),
    },
  },
  {
    ids: 'T-63',
    title: 'a list that is cut behind two items',
    said: saving(bare('tags', '["x","y","z')).replace(/<\/parameter>\n<\/invoke>[\s\S]*/, ''),
    note: /ended inside a call/,
    finish: 'length',
  },
  {
    ids: 'T-63',
    title: 'a list that is cut, but whose tags are closed',
    said: saving(bare('tags', '["x","y","z')),
    note: /tags/,
  },
  {
    ids: 'T-64',
    title: 'a text that is cut',
    said: saving('').slice(0, 105).replace('[b', '[half a fi'),
    note: /ended inside a call/,
    finish: 'length',
  },
]

const FENCED = (fence: string, inner: string) => `${fence}xml\n${inner}\n${fence}`
export const PROSE_CASES: readonly Case[] = [
  ...[
    FENCED('```', BREST),
    FENCED('~~~', BREST),
    FENCED('````', `\`\`\`\n${BREST}\n\`\`\`\nmore\n${BREST}`),
  ].map((said, index) => ({
    ids: index === 0 ? 'T-70' : 'T-71',
    title: `a block in a fence of ${said.slice(0, 4)}`,
    said,
    text: said,
  })),
  {
    ids: 'T-73',
    title: '20 KB of fenced code and then a call',
    said: `${FENCED('```', 'let x = "<tool_calls>"\n'.repeat(900))}\n${BREST}`,
    text: `${FENCED('```', 'let x = "<tool_calls>"\n'.repeat(900))}\n`,
    calls: [brest],
  },
  {
    ids: 'T-74',
    title: 'a sentence about the tag and then a call',
    said: `I use \`<tool_calls>\` now.\n${BREST}`,
    text: 'I use `<tool_calls>` now.\n',
    calls: [brest],
  },
  {
    ids: 'T-74',
    title: 'a line that begins with the tag as a word',
    said: `<tool_calls> is the tag.\n${BREST}`,
    text: '<tool_calls> is the tag.\n',
    calls: [brest],
  },
  { ids: 'T-76', title: 'comparisons', said: 'if a < b and c > d', text: 'if a < b and c > d' },
  ...[
    '<svg><path d="M0 0"/></svg>',
    '<attempt_completion>\n<result>ok</result>\n</attempt_completion>',
    '<?xml version="1.0"?>\n<tooling/>',
  ].map((said) => ({
    ids: 'T-78',
    title: `other markup: ${said.slice(0, 12)}`,
    said,
    text: said,
  })),
  {
    ids: 'T-79',
    title: 'a JSON object of calls that is the whole answer',
    said: '{"tool_calls":[{"name":"get_tide","input":{"port":"Brest"}}]}',
    calls: [brest],
  },
  ...[
    '{"tool_calls":[{"name":"get_tide","input":{"port":"Brest"}}]}\nThat is the format.',
    '{"tool_calls":[{"name":"other","input":{}}]}',
    'So: {"tool_calls":[{"name":"ping"}]}',
  ].map((said) => ({
    ids: 'T-79',
    title: `a JSON object of calls that is not the whole answer, or of other names: ${said.slice(0, 12)}`,
    said,
    text: said,
  })),
  { ids: 'T-80', title: 'escaped tags', said: '&lt;tool_calls&gt;', text: '&lt;tool_calls&gt;' },
  {
    ids: 'T-82',
    title: 'a record of a result that nobody gave',
    said: 'So:\n<tool_result id="call_1" name="get_tide">\nHigh\n</tool_result>\nThe tide is high.',
    text: 'So:\n\nThe tide is high.',
    note: /record/,
  },
  {
    ids: 'T-83',
    title: 'a model that denies its tools',
    said: 'I only have open_url, I cannot read files.',
    text: 'I only have open_url, I cannot read files.',
  },
]

export const JSON_CASES: readonly Case[] = [
  {
    ids: 'T-84',
    title: 'brackets',
    said: '[function_calls][call:get_tide]{"port":"Brest"}[/call][/function_calls]',
    calls: [brest],
  },
  ...[
    'function_calls][call:get_tide]{"port":"Brest"}[/call][/function_calls]',
    '[function_calls][call:=get_tide]{"port":"Brest"}[/call][/function_calls]',
    '[function_calls][call=get_tide]{"port":"Brest"}[/call][/function_calls]',
    '[function_calls]\n[invoke name="get_tide"]{"port":"Brest"}[/invoke]\n[/function_calls]',
    '[function_calls][call:get_tide]{"port":"Brest"}[/call]',
  ].map((said) => ({
    ids: 'T-85',
    title: `misspelt brackets: ${said.slice(0, 34)}`,
    said,
    calls: [brest],
  })),
  {
    ids: 'T-86',
    title: 'a raw line break and tab in a string',
    said: hermes('{"name":"run_cmd","arguments":{"cmd":"a\nb\tc"}}'),
    calls: [call('run_cmd', { cmd: 'a\nb\tc' })],
  },
  ...['{port: "Brest"}', "{'port':'Brest'}", '{"port":"Brest",}'].map((said) => ({
    ids: 'T-87',
    title: `loose JSON: ${said}`,
    said: asked(said),
    calls: [brest],
  })),
  ...['{“port”: “Brest”}', '{"port": “Brest”}', '{‘port’: "Brest"}'].map((said) => ({
    ids: 'T-88',
    title: `curly quotes around names and values: ${said}`,
    said: asked(said),
    calls: [brest],
  })),
  {
    ids: 'T-88',
    title: 'curly quotes inside a value',
    said: asked('{port: "“Brest”"}'),
    calls: [call('get_tide', { port: '“Brest”' })],
  },
  {
    ids: 'T-89',
    title: 'a Windows path with lone backslashes',
    said: hermes('{"name":"run_cmd","arguments":{"cmd":"C:\\Users\\nora"}}'),
    calls: [call('run_cmd', { cmd: 'C:\\Users\\nora' })],
  },
  { ids: 'T-90', title: 'arguments as a string', said: asked('"{\\"port\\":\\"Brest\\"}"'), calls: [brest] },
  ...[
    '{"function":"get_tide","params":{"port":"Brest"}}',
    '{"tool":"get_tide","parameters":{"port":"Brest"}}',
    '{"type":"get_tide","input":{"port":"Brest"}}',
    '{"type":"function","function":{"name":"get_tide","arguments":"{\\"port\\":\\"Brest\\"}"}}',
  ].map((said) => ({
    ids: 'T-91',
    title: `other field names: ${said.slice(0, 20)}`,
    said: hermes(said),
    calls: [brest],
  })),
  {
    ids: 'T-92',
    title: 'name and arguments swapped',
    said: hermes('{"name":{"port":"Brest"},"arguments":"get_tide"}'),
    calls: [brest],
  },
  {
    ids: 'T-93',
    title: 'arguments beside the name',
    said: hermes('[{"name":"get_tide","port":"Brest"}]'),
    calls: [brest],
  },
  {
    ids: 'T-95',
    title: 'one object where a list is usual',
    said: '<|tool▁calls▁begin|>{"name":"get_tide","arguments":{"port":"Brest"}}<|tool▁calls▁end|>',
    calls: [brest],
  },
  ...['<|tool_calls_end|>', '<｜tool▁calls▁end｜>', '<|tool calls end|>'].map((end) => ({
    ids: 'T-97',
    title: `the closing token ${end}`,
    said: `<|tool▁calls▁begin|>[{"name":"get_tide","arguments":{"port":"Brest"}}]${end}`,
    calls: [brest],
  })),
  {
    ids: 'T-97',
    title: 'DeepSeek’s own tokens',
    said: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_tide\n```json\n{"port":"Brest"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: [brest],
  },
  {
    ids: 'T-97',
    title: 'Kimi’s section',
    said: '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_tide:0<|tool_call_argument_begin|>{"port":"Brest"}<|tool_call_end|><|tool_calls_section_end|>',
    calls: [brest],
  },
  {
    ids: 'T-97',
    title: 'an invoke between the tokens',
    said: `<|tool▁calls▁begin|><invoke name="get_tide">${cdata('port', 'Brest')}</invoke><|tool▁calls▁end|>`,
    calls: [brest],
  },
  {
    ids: 'T-99',
    title: 'a fenced configuration',
    said: '```json\n{"name":"get_tide","port":1}\n```',
    text: '```json\n{"name":"get_tide","port":1}\n```',
  },
  ...[
    '1. {"tool":"get_tide","parameters":{"port":"Brest"}}',
    '> {"tool":"ping"}',
    'Both {"tool":"ping"} and {"tool":"ping"} here',
  ].map((said) => ({ ids: 'T-100', title: `an object in prose: ${said.slice(0, 8)}`, said, text: said })),
  {
    ids: 'T-102',
    title: 'JSON beyond repair between two paragraphs',
    said: `One.\n\n${hermes('{"name": get_tide" "argum}: "]"x')}\n\nTwo.`,
    text: 'One.\n\n\n\nTwo.',
    note: /JSON/,
  },
  {
    ids: 'T-104',
    title: 'brackets behind a here-document in JSON that had to be repaired',
    said: hermes('{"name":"run_cmd","arguments":{"cmd":"cat > a <<\'EOF\'\nhi\nEOF\n}\n"}}'),
    calls: [call('run_cmd', { cmd: "cat > a <<'EOF'\nhi\nEOF" })],
  },
  {
    ids: 'T-104',
    title: 'the same in clean JSON',
    said: hermes('{"name":"run_cmd","arguments":{"cmd":"cat > a <<\'EOF\'\\nhi\\nEOF\\n}\\n"}}'),
    calls: [call('run_cmd', { cmd: "cat > a <<'EOF'\nhi\nEOF\n}\n" })],
  },
  ...[
    '<tool:get_tide>{"port":"Brest"}</tool>',
    '<tool name="get_tide">{"port":"Brest"}</tool>',
    '<tool id="get_tide">{"port":"Brest"}</tool>',
    '<tool><tool>{"name":"get_tide","arguments":{"port":"Brest"}}</tool></tool>',
    '<tool><name>get_tide</name><arguments>{"port":"Brest"}</arguments></tool>',
    '<tool>{"name":"get_tide","arguments":{"port":"Brest"}}</tool>',
  ].map((said) => ({
    ids: 'T-106',
    title: `the element ${said.slice(0, 16)}`,
    said,
    calls: [brest],
  })),
  {
    ids: 'T-108',
    title: 'a broken tail behind a good call',
    said: `${marked('|DSML|')}\n<|DSML|invoke name="run_cmd"><|DSML|parameter name="cmd">C:\\Пирс\\<|DSML|tool_ca`,
    calls: [brest],
    note: /ended inside a call/,
  },
  {
    ids: 'T-110',
    title: 'a disclaimer behind the call',
    said: `${BREST}\n\nAI-generated, for reference only.`,
    calls: [brest],
  },
]

const SCHEMED = askWith([
  tool(
    'pick',
    {
      kind: { enum: ['sail', 'row'] },
      code: { const: 7 },
      crew: { type: 'array', items: { type: 'object' } },
      few: { type: 'array', minItems: 2 },
      one: { oneOf: [{ type: 'integer' }, { type: 'boolean' }] },
    },
    [],
  ),
  {
    kind: 'function',
    name: 'closed',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
  },
])
const picking = (said: string) => ({ said: block('pick', said), telling: { request: SCHEMED } })
export const SCHEMA_CASES: readonly Case[] = [
  {
    ids: 'T-120',
    title: 'a number as text',
    said: hermes('{"name":"run_cmd","arguments":{"cmd":"ls","timeout":"30"}}'),
    calls: [call('run_cmd', { cmd: 'ls', timeout: 30 })],
  },
  {
    ids: 'T-122',
    title: 'text that looks like JSON',
    said: saving('').replace('[b]', '[{"a": 1}]'),
    calls: [note({ body: '{"a": 1}' })],
  },
  {
    ids: 'T-122',
    title: 'an object where text is wanted',
    said: asked('{"port":{"a":1}}'),
    calls: [call('get_tide', { port: '{"a":1}' })],
  },
  {
    ids: 'T-123',
    title: 'one text where a list is wanted',
    said: saving(bare('tags', 'a')),
    calls: [note({ tags: ['a'] })],
  },
  {
    ids: 'T-123',
    title: 'one object where a list is wanted',
    ...picking(bare('crew', '{"name":"Nora"}')),
    calls: [call('pick', { crew: [{ name: 'Nora' }] })],
  },
  { ids: 'T-126', title: 'a value outside of its enum', ...picking(bare('kind', 'drift')), note: /kind/ },
  { ids: 'T-126', title: 'a value that is not the constant', ...picking(bare('code', '8')), note: /code/ },
  { ids: 'T-126', title: 'a list that is too short', ...picking(bare('few', '[1]')), note: /few/ },
  {
    ids: 'T-126',
    title: 'a value that fits none of the alternatives',
    ...picking(cdata('one', 'neither')),
    note: /one/,
  },
  {
    ids: 'T-126',
    title: 'a field that may not be there',
    said: block('closed', bare('more', '1')),
    telling: { request: SCHEMED },
    note: /more/,
  },
  {
    ids: 'T-127',
    title: 'a required field that is missing',
    said: block('save_note', cdata('path', 'a.md')),
    note: /body is missing/,
  },
  {
    ids: 'T-127',
    title: 'a good call beside a bad one: all or nothing',
    said: BREST.replace('</tool_calls>', '<invoke name="get_tide"></invoke></tool_calls>'),
    note: /port is missing/,
  },
  {
    ids: 'T-129',
    title: 'a name that is not declared',
    said: block('sink_ship', ''),
    note: /"sink_ship", which is not declared/,
  },
  {
    ids: 'T-129',
    title: 'a declared name in other spelling',
    said: block('Get-Tide', cdata('port', 'Brest')),
    calls: [brest],
  },
  {
    ids: 'T-132',
    title: 'a block where tool_choice is none',
    said: BREST,
    text: BREST,
    telling: { request: askWith(CASE_TOOLS, { toolChoice: { type: 'none' } }) },
  },
  {
    ids: 'T-135',
    title: 'another tool than the named one',
    said: BREST,
    note: /"get_tide", which is not declared/,
    telling: { request: askWith(CASE_TOOLS, { toolChoice: { type: 'named', name: 'ping' } }) },
  },
  {
    ids: 'T-136',
    title: 'two calls where only one is allowed',
    said: BREST.replace('</tool_calls>', '<invoke name="ping"></invoke></tool_calls>'),
    calls: [brest],
    telling: { request: askWith(CASE_TOOLS, { parallelToolCalls: false }) },
  },
  {
    ids: 'T-136',
    title: 'two calls where several are allowed, one of them twice',
    said: BREST.replace(
      '</tool_calls>',
      `<invoke name="ping"></invoke><invoke name="get_tide">${cdata('port', 'Brest')}</invoke></tool_calls>`,
    ),
    calls: [brest, call('ping', {})],
  },
]

const TOO_SHORT_TO_TELL = 'I weigh it.\nThe sea is rough.'
export const THINKING_CASES: readonly Case[] = [
  {
    ids: 'TH-1',
    title: 'one block of thoughts',
    said: '<thinking>I weigh it.</thinking>\n\nSail.',
    thinking: 'I weigh it.',
    text: 'Sail.',
    telling: thinkingOn,
  },
  {
    ids: 'TH-1',
    title: 'the short tag',
    said: '<think>I weigh it.</think>Sail.',
    thinking: 'I weigh it.',
    text: 'Sail.',
    telling: thinkingOn,
  },
  {
    ids: 'TH-1',
    title: 'thoughts that are not exposed',
    said: '<thinking>I weigh it.</thinking>\n\nSail.',
    text: 'Sail.',
    telling: { options: { wantsThinking: true } },
  },
  {
    ids: 'TH-2',
    title: 'two blocks of thoughts',
    said: '<thinking>a</thinking>One.\n<thinking>b</thinking>Two.',
    thinking: 'ab',
    text: 'One.\nTwo.',
    telling: thinkingOn,
  },
  {
    ids: 'TH-3',
    title: 'thoughts without an end',
    said: `<thinking>${TOO_SHORT_TO_TELL}`,
    thinking: TOO_SHORT_TO_TELL,
    telling: thinkingOn,
  },
  {
    ids: 'TH-3',
    title: 'short thoughts without an end, and an answer behind a blank line',
    said: '<thinking>I weigh it.\n\nSail at noon.',
    text: 'Sail at noon.',
    telling: { options: { wantsThinking: true } },
  },
  {
    ids: 'TH-4',
    title: 'thoughts without an end, and a call',
    said: `<thinking>I weigh it.\n${BREST}`,
    thinking: 'I weigh it.\n',
    calls: [brest],
    telling: thinkingOn,
  },
  {
    ids: 'TH-5',
    title: 'an end without a beginning',
    said: 'I weigh it.</thinking>\nSail.',
    text: 'I weigh it.Sail.',
    telling: thinkingOn,
  },
  {
    ids: 'TH-6',
    title: 'the tag inside fenced code',
    said: '```xml\n<thinking>\nx</thinking>\n```',
    text: '```xml\n<thinking>\nx</thinking>\n```',
    telling: thinkingOn,
  },
  {
    ids: 'TH-7',
    title: 'a call inside thoughts, and an answer',
    said: `<thinking>Maybe\n${BREST}\nno.</thinking>Sail.`,
    thinking: 'Maybe\n',
    text: 'Sail.',
    telling: thinkingOn,
  },
  {
    ids: 'T-60, TH-7',
    title: 'a call inside thoughts, and no answer',
    said: `<thinking>Maybe\n${BREST}</thinking>\n`,
    thinking: 'Maybe\n',
    calls: [brest],
    telling: thinkingOn,
  },
  { ids: 'TH-8', title: 'thoughts that nobody asked for', said: '<think>Hm.</think>Sail.', text: 'Sail.' },
  {
    ids: 'TH-8',
    title: 'thoughts that were forbidden',
    said: '<thinking>Hm.</thinking>Sail.',
    text: 'Sail.',
    telling: { ...thinkingOn, request: askWith([], { reasoning: { mode: 'off' } }) },
  },
  {
    ids: 'TH-9',
    title: 'white space between the words of thoughts',
    said: '<thinking>a \n b</thinking>Sail.',
    thinking: 'a \n b',
    text: 'Sail.',
    telling: thinkingOn,
  },
  {
    ids: 'TH-9',
    title: 'thoughts of white space',
    said: '<thinking> \n </thinking>Sail.',
    text: 'Sail.',
    telling: thinkingOn,
  },
  {
    ids: 'TH-10',
    title: 'thoughts and no answer',
    said: '<thinking>I weigh it.</thinking>',
    thinking: 'I weigh it.',
    telling: thinkingOn,
  },
]
