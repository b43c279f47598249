import { askWith, tool } from '../filter.test-support.ts'
import {
  BREST,
  bare,
  block,
  brest,
  type Case,
  call,
  cdata,
  EXAMPLE,
  note,
  saving,
} from './case.test-support.ts'

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
