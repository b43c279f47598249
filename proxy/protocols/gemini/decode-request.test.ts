import { describe, expect, it } from 'vitest'
import { toChatError } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import { gemini } from './index.ts'

const decode = (fields: JsonObject) =>
  gemini.decodeRequest({ contents: [], ...fields }, { model: 'm', stream: true })
const partsOf = (...contents: JsonObject[]) => decode({ contents }).turns.flatMap(({ parts }) => parts)
const text = (said: string) => ({ type: 'text', text: said })
const user = (...parts: JsonObject[]): JsonObject => ({ role: 'user', parts })
const model = (...parts: JsonObject[]): JsonObject => ({ role: 'model', parts })

const CAMEL: JsonObject = {
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [
    user(
      { text: 'Look.' },
      { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
      { inlineData: { mimeType: 'audio/mpeg', data: 'BBBB' } },
      { inlineData: { mimeType: 'application/pdf', data: 'JVBE' } },
      { fileData: { mimeType: 'image/png', fileUri: 'https://x.example/a.png' } },
    ),
    model(
      { text: 'Hm.', thought: true, thoughtSignature: 'c2ln' },
      { text: 'I look.' },
      { functionCall: { id: 'c1', name: 'read', args: { path_name: 'a' } }, thoughtSignature: 'c2lnMg==' },
    ),
    user({ functionResponse: { id: 'c1', name: 'read', response: { output: 'ok' } } }),
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: 'read',
          description: 'Reads.',
          parameters: {
            type: 'OBJECT',
            properties: { path_name: { type: 'STRING', nullable: true } },
            required: ['path_name'],
          },
        },
        { name: 'now', parametersJsonSchema: { type: 'object', properties: {} } },
      ],
    },
    { googleSearch: {} },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['read'] } },
  generationConfig: {
    maxOutputTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    stopSequences: ['END'],
    candidateCount: 1,
    seed: 7,
    presencePenalty: 0.1,
    frequencyPenalty: 0.2,
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', properties: { a: { type: 'INTEGER' } } },
    thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 },
  },
  safetySettings: [{ category: 'X' }],
}

/** The same request as clients in Python write it. */
function snake(value: JsonObject[string], isData = false): JsonObject[string] {
  if (Array.isArray(value)) return value.map((each) => snake(each, isData) ?? null)
  if (typeof value !== 'object' || value === null) return value
  const keepsNames = isData ? () => true : (name: string) => ['args', 'response', 'properties'].includes(name)
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      isData ? name : name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snake(inner, keepsNames(name)),
    ]),
  )
}

describe('decoding a Gemini request', () => {
  it('reads a whole conversation with tools', () => {
    expect(decode(CAMEL)).toEqual({
      model: 'm',
      turns: [
        { role: 'system', parts: [text('Be brief.')] },
        {
          role: 'user',
          parts: [
            text('Look.'),
            { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } },
            { type: 'audio', data: 'BBBB', format: 'mp3' },
            { type: 'file', source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' } },
            {
              type: 'image',
              source: { kind: 'url', url: 'https://x.example/a.png', mediaType: 'image/png' },
            },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { type: 'thinking', text: 'Hm.', signature: { origin: 'gemini', data: 'c2ln' } },
            text('I look.'),
            {
              type: 'tool-call',
              id: 'c1',
              name: 'read',
              argumentsText: '{"path_name":"a"}',
              kind: 'function',
              signature: { origin: 'gemini', data: 'c2lnMg==' },
            },
          ],
        },
        {
          role: 'user',
          parts: [
            {
              type: 'tool-result',
              callId: 'c1',
              name: 'read',
              parts: [text('ok')],
              isError: false,
              kind: 'function',
            },
          ],
        },
      ],
      tools: [
        {
          kind: 'function',
          name: 'read',
          description: 'Reads.',
          parameters: {
            type: 'object',
            properties: { path_name: { type: ['string', 'null'] } },
            required: ['path_name'],
          },
        },
        { kind: 'function', name: 'now', parameters: { type: 'object', properties: {} } },
        { kind: 'hosted', protocol: 'gemini', raw: { googleSearch: {} } },
      ],
      toolChoice: { type: 'named', name: 'read' },
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      stopSequences: ['END'],
      answerCount: 1,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      answerFormat: {
        type: 'json-schema',
        schema: { type: 'object', properties: { a: { type: 'integer' } } },
      },
      reasoning: { mode: 'budget', budgetTokens: 2048, showThoughts: true },
      stream: true,
      includeUsage: false,
      extras: { protocol: 'gemini', fields: { safetySettings: [{ category: 'X' }] } },
    })
  })

  it('reads the same in snake_case, and leaves the names inside data alone', () => {
    expect(decode(snake(CAMEL) as JsonObject)).toEqual(decode(CAMEL))
  })

  it('takes model and stream from the path, and a system instruction that is plain text', () => {
    expect(gemini.decodeRequest({ contents: [] }, { model: 'models/m' })).toEqual({
      model: 'm',
      turns: [],
      tools: [],
      stream: false,
      includeUsage: false,
    })
    expect(decode({ systemInstruction: 'Be brief.' }).turns).toEqual([
      { role: 'system', parts: [text('Be brief.')] },
    ])
  })

  it.each<[JsonObject, string]>([
    [{ contents: undefined }, 'contents'],
    [{ contents: [7] }, 'contents[0]'],
    [{ contents: [{ role: 'wizard', parts: [] }] }, 'contents[0].role'],
    [{ contents: [user({ functionCall: {} })] }, 'contents[0].parts[0].functionCall.name'],
    [{ contents: [user({ inlineData: { mimeType: 'image/png' } })] }, 'contents[0].parts[0].inlineData.data'],
    [{ contents: [user({ text: 7 })] }, 'contents[0].parts[0].text'],
    [{ tools: [{ functionDeclarations: [{}] }] }, 'tools[0].functionDeclarations[0].name'],
    [{ generationConfig: { maxOutputTokens: -1 } }, 'generationConfig.maxOutputTokens'],
  ])('refuses %j and names the field %s', (fields, param) => {
    let thrown: unknown
    try {
      decode(fields)
    } catch (error) {
      thrown = error
    }
    expect(toChatError(thrown)).toMatchObject({ kind: 'invalid-request', param })
  })

  it.each<[JsonObject, object | undefined]>([
    [{ mode: 'AUTO' }, { type: 'auto' }],
    [{ mode: 'none' }, { type: 'none' }],
    [{ mode: 'ANY' }, { type: 'required' }],
    [
      { mode: 'ANY', allowedFunctionNames: ['a', 'b'] },
      { type: 'allowed', mode: 'required', names: ['a', 'b'] },
    ],
    [
      { mode: 'VALIDATED', allowedFunctionNames: ['a'] },
      { type: 'allowed', mode: 'auto', names: ['a'] },
    ],
  ])('reads the choice %j', (functionCallingConfig, expected) => {
    expect(decode({ toolConfig: { functionCallingConfig } }).toolChoice).toEqual(expected)
  })

  it.each<[JsonObject, object | undefined]>([
    [{ thinkingBudget: 0 }, { mode: 'off' }],
    [{ thinkingBudget: -1 }, { mode: 'adaptive' }],
    [{ thinkingLevel: 'LOW' }, { mode: 'effort', effort: 'low' }],
    [{ includeThoughts: true }, { mode: 'adaptive', showThoughts: true }],
  ])('reads the thinking %j', (thinkingConfig, expected) => {
    expect(decode({ generationConfig: { thinkingConfig } }).reasoning).toEqual(expected)
  })

  it('reads JSON schemas of answers in both dialects (P-52)', () => {
    const schema = { type: 'object', properties: { a: { type: 'integer' } } }
    const format = (generationConfig: JsonObject) => decode({ generationConfig }).answerFormat
    expect(format({ responseMimeType: 'application/json', responseJsonSchema: schema })).toEqual({
      type: 'json-schema',
      schema,
    })
    expect(format({ responseMimeType: 'application/json' })).toEqual({ type: 'json' })
    expect(format({ responseMimeType: 'text/plain' })).toBeUndefined()
  })
})

describe('pairing calls and results that have no ids', () => {
  const call = (name: string, id?: string): JsonObject => ({
    functionCall: { name, args: {}, ...(id && { id }) },
  })
  const response = (name: string, output: string, id?: string): JsonObject => ({
    functionResponse: { name, response: { output }, ...(id && { id }) },
  })
  const pairs = (...contents: JsonObject[]) => {
    const parts = partsOf(...contents)
    return parts.flatMap((part) => (part.type === 'tool-result' ? [[part.callId, part.parts]] : []))
  }

  it('answers the oldest call of the name first, in every round (P-39)', () => {
    const contents = [
      model(call('read'), call('read'), call('now')),
      user(response('read', '1'), response('now', '2'), response('read', '3')),
      model(call('read')),
      user(response('read', '4')),
    ]
    expect(pairs(...contents)).toEqual([
      ['call_0', [text('1')]],
      ['call_2', [text('2')]],
      ['call_1', [text('3')]],
      ['call_3', [text('4')]],
    ])
  })

  it('answers the oldest call where the result has no name (P-39)', () => {
    expect(pairs(model(call('a'), call('b')), user(response('', '1'), response('', '2')))).toEqual([
      ['call_0', [text('1')]],
      ['call_1', [text('2')]],
    ])
  })

  it('gives the same ids each time, and to a longer conversation those of the shorter one (P-40)', () => {
    const ids = (...contents: JsonObject[]) =>
      partsOf(...contents).flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
    const short = [model(call('a')), user(response('a', '1'))]
    expect(ids(...short)).toEqual(ids(...structuredClone(short)))
    expect(ids(...short, model(call('b')))).toEqual([...ids(...short), 'call_1'])
  })

  it('goes by ids where they are told', () => {
    const contents = [
      model(call('a', 'x'), call('a', 'y')),
      user(response('a', '2', 'y'), response('a', '1', 'x')),
    ]
    expect(pairs(...contents)).toEqual([
      ['y', [text('2')]],
      ['x', [text('1')]],
    ])
    expect(pairs(user(response('a', '1')))).toEqual([['call_of_a', [text('1')]]])
  })

  it('reads what a function gave, whatever it is called (P-38)', () => {
    const given = (value: JsonObject['response']) =>
      partsOf(user({ functionResponse: { name: 'a', response: value! } }))[0]
    expect(given({ result: 'ok' })).toMatchObject({ parts: [text('ok')], isError: false })
    expect(given({ error: 'no' })).toMatchObject({ parts: [text('no')], isError: true })
    expect(given({ output: { a: 1 } })).toMatchObject({ parts: [text('{"output":{"a":1}}')] })
    expect(given({ output: 'a', more: 1 })).toMatchObject({ parts: [text('{"output":"a","more":1}')] })
    expect(given('plain')).toMatchObject({ parts: [text('plain')] })
    expect(given(null)).toMatchObject({ parts: [] })
  })

  it('reads images of a result (P-37)', () => {
    const parts = [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }, { of_later_days: 1 }]
    expect(
      partsOf(user({ functionResponse: { name: 'a', response: { output: 'x' }, parts } }))[0],
    ).toMatchObject({
      parts: [text('x'), { type: 'image', source: { data: 'AAAA' } }],
    })
  })

  it('gives marked thoughts back their origin (P-55)', () => {
    const marked = (data: string) => Buffer.from(data).toString('base64')
    expect(
      partsOf(
        model(
          { text: 'Hm.', thought: true, thoughtSignature: marked('portside.anthropic-messages.c2ln') },
          { text: '', thought: true, thoughtSignature: marked('portside.anthropic-messages.redacted.aGlk') },
        ),
      ),
    ).toEqual([
      { type: 'thinking', text: 'Hm.', signature: { origin: 'anthropic-messages', data: 'c2ln' } },
      { type: 'redacted-thinking', carrier: { origin: 'anthropic-messages', data: 'aGlk' } },
    ])
  })

  it('keeps parts that only Gemini knows', () => {
    const raw = { executableCode: { language: 'PYTHON', code: '1' } }
    expect(partsOf(model(raw))).toEqual([{ type: 'opaque', protocol: 'gemini', raw }])
  })
})
