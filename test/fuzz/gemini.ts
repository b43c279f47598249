import fc from 'fast-check'
import * as v from './values.ts'

/** Requests as Gemini's reference allows them, in camel case and, as its REST examples do, in snake case. */

const part = fc.oneof(
  { weight: 4, arbitrary: v.record({ text: v.text }, { thought: v.flag, thoughtSignature: v.base64 }) },
  v.record({
    inlineData: v.record({ mimeType: fc.constantFrom('image/png', 'application/pdf'), data: v.base64 }),
  }),
  v.record({ inline_data: v.record({ mime_type: fc.constant('image/png'), data: v.base64 }) }),
  v.record({ fileData: v.record({ fileUri: v.url }, { mimeType: fc.constant('image/png') }) }),
  {
    weight: 3,
    arbitrary: fc.oneof(
      v.record(
        { functionCall: v.record({ name: v.toolName }, { id: v.callId, args: v.anyObject }) },
        { thoughtSignature: v.base64 },
      ),
      v.record({
        functionResponse: v.record({ name: v.toolName, response: v.anyObject }, { id: v.callId }),
      }),
    ),
  },
  v.record({ executableCode: v.record({ language: fc.constant('PYTHON'), code: v.text }) }),
  v.record({ codeExecutionResult: v.record({ outcome: fc.constant('OUTCOME_OK') }, { output: v.text }) }),
)

const openapiSchema = fc.constantFrom(
  { type: 'OBJECT', properties: { path: { type: 'STRING', nullable: true } }, required: ['path'] },
  { type: 'object', properties: {} },
  { type: 'ARRAY', items: { type: 'INTEGER', format: 'int32' } },
)
const declaration = v.record(
  { name: v.toolName },
  {
    description: v.text,
    parameters: openapiSchema,
    parametersJsonSchema: v.schema,
    behavior: fc.constant('BLOCKING'),
  },
)
const tool = fc.oneof(
  { weight: 4, arbitrary: v.record({ functionDeclarations: v.list(declaration, 4) }) },
  fc.constantFrom({ googleSearch: {} }, { codeExecution: {} }, { urlContext: {} }),
)

const thinkingConfig = v.record(
  {},
  {
    includeThoughts: v.flag,
    thinkingBudget: fc.constantFrom(-1, 0, 1024),
    thinkingLevel: fc.constantFrom('low', 'HIGH', 'medium'),
  },
)
const generationConfig = v.record(
  {},
  {
    maxOutputTokens: v.count,
    temperature: v.share,
    topP: v.share,
    topK: v.count,
    seed: v.count,
    candidateCount: fc.constantFrom(1, 1, 1, 2),
    stopSequences: v.list(v.text),
    presencePenalty: v.share,
    frequencyPenalty: v.share,
    responseMimeType: fc.constantFrom('text/plain', 'application/json'),
    responseSchema: openapiSchema,
    responseJsonSchema: v.schema,
    responseModalities: fc.constant(['TEXT']),
    thinkingConfig,
  },
)

const content = v.record({ parts: v.list(part, 4) }, { role: fc.constantFrom('user', 'model') })

export const geminiRequest = v.record(
  { contents: v.list(content, 5, 1) },
  {
    systemInstruction: fc.oneof(content, v.record({ parts: v.list(v.record({ text: v.text })) })),
    tools: v.list(tool),
    toolConfig: v.record({
      functionCallingConfig: v.record(
        {},
        {
          mode: fc.constantFrom('AUTO', 'ANY', 'NONE', 'VALIDATED'),
          allowedFunctionNames: v.list(v.toolName),
        },
      ),
    }),
    generationConfig,
    safetySettings: fc.constant([{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }]),
    cachedContent: fc.constant('cachedContents/1'),
    labels: v.stringMap,
  },
)
