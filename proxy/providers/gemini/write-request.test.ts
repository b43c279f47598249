import { describe, expect, it } from 'vitest'
import { type Capabilities, DEFAULT_CAPABILITIES } from '../../chat/capabilities.ts'
import type { ChatRequest, Part, Turn } from '../../chat/chat-request.ts'
import { geminiCodec } from './index.ts'

function write(request: Partial<ChatRequest>, capabilities: Partial<Capabilities> = {}) {
  const whole: ChatRequest = {
    model: 'asked',
    turns: [],
    tools: [],
    stream: false,
    includeUsage: false,
    ...request,
  }
  const target = { model: 'sent', stream: false, capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities } }
  return geminiCodec.writeRequest(whole, target).body
}

const text = (said: string) => ({ type: 'text', text: said }) as const
const call = (id: string, more = {}) =>
  ({ type: 'tool-call', id, name: 'read', argumentsText: '{"path":"a"}', kind: 'function', ...more }) as const
const image = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } } as const
const result = (callId: string, parts: Extract<Part, { type: 'tool-result' }>['parts'], isError = false) =>
  ({ type: 'tool-result', callId, parts, isError, kind: 'function' }) as const
const own = { origin: 'gemini', data: 'c2ln' } as const
const USER: Turn = { role: 'user', parts: [text('Hi')] }

describe('writing a Gemini request', () => {
  it('writes a conversation with tools', () => {
    const turns: Turn[] = [
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'user', parts: [text('Look.'), image] },
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'Hm.', signature: own },
          text('I look.'),
          call('c1', { signature: own }),
          call('c2'),
        ],
      },
      { role: 'user', parts: [text('and?'), result('c2', [text('2')], true), result('c1', [text('1')])] },
    ]
    const tools = [{ kind: 'function' as const, name: 'read', description: 'Reads.' }]
    expect(write({ turns, tools, toolChoice: { type: 'auto' }, maxOutputTokens: 100, topK: 4 })).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Look.' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
        {
          role: 'model',
          parts: [
            { text: 'Hm.', thought: true, thoughtSignature: 'c2ln' },
            { text: 'I look.' },
            { functionCall: { id: 'c1', name: 'read', args: { path: 'a' } }, thoughtSignature: 'c2ln' },
            { functionCall: { id: 'c2', name: 'read', args: { path: 'a' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'c1', name: 'read', response: { output: '1' } } },
            { functionResponse: { id: 'c2', name: 'read', response: { error: '2' } } },
            { text: 'and?' },
          ],
        },
      ],
      tools: [
        {
          functionDeclarations: [
            { name: 'read', description: 'Reads.', parametersJsonSchema: { type: 'object', properties: {} } },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      generationConfig: { maxOutputTokens: 100, topK: 4 },
    })
  })

  it('says of a first call without a signature that none shall be checked (P-59)', () => {
    const turns: Turn[] = [
      USER,
      {
        role: 'assistant',
        parts: [call('c1', { signature: { origin: 'anthropic-messages', data: 'x' } }), call('c2')],
      },
    ]
    const [, contents] = write({ turns }).contents as { parts: { thoughtSignature?: string }[] }[]
    expect(contents?.parts.map(({ thoughtSignature }) => thoughtSignature)).toEqual([
      'skip_thought_signature_validator',
      undefined,
    ])
  })

  it('takes thoughts back only with their own signature (P-55)', () => {
    const foreign = { origin: 'openai-responses', data: 'gAAA' } as const
    const turns: Turn[] = [
      USER,
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'Bare.' },
          { type: 'thinking', text: 'Foreign.', signature: foreign },
          { type: 'redacted-thinking', carrier: foreign },
          text('Yes.'),
        ],
      },
      USER,
    ]
    expect(write({ turns }).contents).toMatchObject([{}, { role: 'model', parts: [{ text: 'Yes.' }] }, {}])
  })

  it('begins and ends with the user, also where an answer was begun (P-113)', () => {
    const begun: Turn = { role: 'assistant', parts: [text('Once upon')] }
    expect(write({ turns: [begun] }).contents).toEqual([
      { role: 'user', parts: [{ text: 'Go on.' }] },
      { role: 'model', parts: [{ text: 'Once upon' }] },
      { role: 'user', parts: [{ text: 'Go on.' }] },
    ])
    expect(write({ turns: [{ role: 'system', parts: [text('Say hi.')] }] })).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Say hi.' }] }],
    })
    expect(write({}).contents).toHaveLength(1)
  })

  it('turns later system words into notes of the user (P-112)', () => {
    const turns: Turn[] = [USER, { role: 'system', parts: [text('Mind.')] }]
    expect(write({ turns }).contents).toEqual([
      { role: 'user', parts: [{ text: 'Hi' }, { text: '<system>\nMind.\n</system>' }] },
    ])
  })

  it('puts the images of results where the upstream takes them (P-37)', () => {
    const turns: Turn[] = [
      USER,
      { role: 'assistant', parts: [call('c1')] },
      { role: 'user', parts: [result('c1', [text('a picture'), image])] },
    ]
    const inline = { inlineData: { mimeType: 'image/png', data: 'AAAA' } }
    expect(write({ turns }, { imagesInToolResults: true }).contents).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: { response: { output: 'a picture' }, parts: [inline] } }] },
    ])
    expect(write({ turns }).contents).toMatchObject([
      {},
      {},
      { parts: [{ functionResponse: {} }, {}, inline] },
    ])
  })

  it('writes schemas in the dialect that the upstream takes (P-44 to P-51)', () => {
    const parameters = {
      $schema: 'x',
      type: 'object',
      properties: { n: { type: ['integer', 'null'] }, level: { enum: [1, 2] } },
    }
    const tools = [
      { kind: 'function' as const, name: 'a', parameters },
      { kind: 'function' as const, name: 'b' },
      { kind: 'custom' as const, name: 'c' },
    ]
    expect(write({ tools }, { schemaDialect: 'openapi' }).tools).toEqual([
      {
        functionDeclarations: [
          {
            name: 'a',
            parameters: {
              type: 'object',
              properties: {
                n: { type: 'integer', nullable: true },
                level: { type: 'string', enum: ['1', '2'], format: 'enum' },
              },
            },
          },
          { name: 'b' },
          {
            name: 'c',
            parameters: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
          },
        ],
      },
    ])
  })

  const schema = {
    type: 'object',
    properties: { a: { type: 'string' } },
    additionalProperties: false,
  } as const
  const format = { type: 'json-schema', schema } as const
  it.each<[string, Partial<ChatRequest>, Partial<Capabilities>, object]>([
    [
      'a JSON schema (P-52)',
      { answerFormat: format },
      {},
      { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } },
    ],
    [
      'a JSON schema in its own dialect',
      { answerFormat: format },
      { schemaDialect: 'openapi' },
      { generationConfig: { responseSchema: { type: 'object', properties: { a: { type: 'string' } } } } },
    ],
    [
      'JSON',
      { answerFormat: { type: 'json' } },
      {},
      { generationConfig: { responseMimeType: 'application/json' } },
    ],
    [
      'a named tool',
      { tools: [{ kind: 'function', name: 'a' }], toolChoice: { type: 'named', name: 'a' } },
      {},
      { toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['a'] } } },
    ],
    [
      'a call that is demanded',
      { tools: [{ kind: 'function', name: 'a' }], toolChoice: { type: 'required' } },
      {},
      { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    ],
    [
      'calls that are forbidden',
      { tools: [{ kind: 'function', name: 'a' }], toolChoice: { type: 'none' } },
      {},
      { toolConfig: { functionCallingConfig: { mode: 'NONE' } } },
    ],
    [
      'five stop sequences',
      { stopSequences: ['a', '', 'b', 'c', 'd', 'e', 'f'] },
      {},
      { generationConfig: { stopSequences: ['a', 'b', 'c', 'd', 'e'] } },
    ],
    [
      'a limit no larger than the model’s',
      { maxOutputTokens: 900 },
      { largestMaxTokens: 500 },
      { generationConfig: { maxOutputTokens: 500 } },
    ],
    [
      'a thinking budget',
      { reasoning: { mode: 'effort', effort: 'low' } },
      { thinkingStyle: 'budget' },
      { generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } } },
    ],
    [
      'a budget that is left to the model',
      { reasoning: { mode: 'adaptive', showThoughts: false } },
      { thinkingStyle: 'budget' },
      { generationConfig: { thinkingConfig: { includeThoughts: false, thinkingBudget: -1 } } },
    ],
    [
      'a thinking level',
      { reasoning: { mode: 'effort', effort: 'max' } },
      { thinkingStyle: 'adaptive' },
      { generationConfig: { thinkingConfig: { includeThoughts: true, thinkingLevel: 'high' } } },
    ],
    [
      'thinking that is forbidden (P-64)',
      { reasoning: { mode: 'off' } },
      { thinkingStyle: 'adaptive' },
      { generationConfig: { thinkingConfig: { includeThoughts: false, thinkingLevel: 'low' } } },
    ],
    [
      'thinking that is forbidden, by a budget (P-64)',
      { reasoning: { mode: 'off' } },
      { thinkingStyle: 'budget' },
      { generationConfig: { thinkingConfig: { includeThoughts: false, thinkingBudget: 0 } } },
    ],
    [
      'what the client’s own protocol knows',
      { extras: { protocol: 'gemini', fields: { safetySettings: [], x: 1 } } },
      {},
      { safetySettings: [] },
    ],
    [
      'Google’s own tools',
      {
        tools: [{ kind: 'hosted', protocol: 'gemini', raw: { googleSearch: {} } }],
        toolChoice: { type: 'auto' },
      },
      {},
      { tools: [{ googleSearch: {} }] },
    ],
  ])('writes %s', (_, request, capabilities, expected) => {
    expect(write(request, capabilities)).toMatchObject(expected)
  })

  it('asks for JSON in words where there are functions too', () => {
    const body = write({ answerFormat: format, tools: [{ kind: 'function', name: 'a' }] })
    expect(body).not.toHaveProperty('generationConfig')
    expect(JSON.stringify(body.contents)).toContain('JSON schema')
  })

  it('leaves out sampling and thinking where the upstream has none', () => {
    const request: Partial<ChatRequest> = { temperature: 1, reasoning: { mode: 'adaptive' } }
    expect(write(request, { sampling: false })).not.toHaveProperty('generationConfig')
  })

  it('writes media in every way they can be told', () => {
    const parts: Part[] = [
      { type: 'image', source: { kind: 'url', url: 'https://x.example/a.webp?x=1' } },
      { type: 'image', source: { kind: 'file-id', id: 'files/1' } },
      { type: 'file', source: { kind: 'url', url: 'https://x.example/a' } },
      { type: 'file', source: { kind: 'text', mediaType: 'text/plain', text: 'Hi' }, name: 'a.txt' },
      { type: 'audio', data: 'BBBB', format: 'wav' },
      { type: 'opaque', protocol: 'gemini', raw: { executableCode: {} } },
      { type: 'opaque', protocol: 'anthropic-messages', raw: {}, text: 'So far.' },
    ]
    expect(write({ turns: [{ role: 'user', parts }] }).contents).toEqual([
      {
        role: 'user',
        parts: [
          { fileData: { mimeType: 'image/webp', fileUri: 'https://x.example/a.webp?x=1' } },
          { fileData: { mimeType: 'image/jpeg', fileUri: 'files/1' } },
          { fileData: { mimeType: 'application/pdf', fileUri: 'https://x.example/a' } },
          { text: 'a.txt:\nHi' },
          { inlineData: { mimeType: 'audio/wav', data: 'BBBB' } },
          { executableCode: {} },
          { text: 'So far.' },
        ],
      },
    ])
  })
})

describe('reaching Gemini', () => {
  it('has the model and the wish to stream in its path, and the key in a header', () => {
    const target = { capabilities: DEFAULT_CAPABILITIES }
    expect(geminiCodec.path({ ...target, model: 'gemini-3-pro', stream: true })).toBe(
      '/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse',
    )
    expect(geminiCodec.path({ ...target, model: 'models/a/b', stream: false })).toBe(
      '/v1beta/models/a%2Fb:generateContent',
    )
    expect(geminiCodec.headers('k')).toEqual({ 'x-goog-api-key': 'k' })
  })
})
