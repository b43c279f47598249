import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import {
  parseJson,
  pickNumber,
  pickObject,
  pickRecords,
  pickString,
  pickText,
} from '../../chat/pick-fields.ts'
import type { SseEvent } from '../../chat/sse-event.ts'
import type { AnswerWriter } from './answer-writer.ts'
import { findSource } from './citations.ts'
import { readHint, readInStreamFailure } from './read-failure.ts'
import { createResponseReader } from './read-response.ts'
import { createSpeech, type SaidText, type Speech } from './speech.ts'
import type { Endpoint } from './vendor.ts'

/** How the upstream's side of one round stands. */
export type RoundState = {
  /** The id that `continue`, `stop_stream` and a second question refer to. */
  responseId: number | undefined
  /** The message's own status; a fragment's or `quasi_status` alone ends nothing. */
  status: 'FINISHED' | 'INCOMPLETE' | 'CONTENT_FILTER' | undefined
  quasiStatus: string | undefined
  autoContinue: boolean
  /** A canned refusal has taken the answer's place. */
  refusal: string | undefined
  /** Nothing more will come. */
  isClosed: boolean
}

export type RoundReader = {
  readonly state: RoundState
  /** Reads one event. Throws the `ChatError` that it tells of. */
  push(event: SseEvent): void
  /** A line of bare JSON between the events: always an error. */
  bareLine(text: string): void
  end(): void
}

type RoundOptions = {
  readonly writer: AnswerWriter
  readonly endpoint: Endpoint
  readonly now: () => number
  /** In a continued round: what was said before it. */
  readonly said?: SaidText
}

/** Reads one stream of DeepSeek's web, in each of its three forms, into the writer. */
export function createRoundReader({ writer, endpoint, now, said }: RoundOptions): RoundReader {
  const state: RoundState = {
    responseId: undefined,
    status: undefined,
    quasiStatus: undefined,
    autoContinue: false,
    refusal: undefined,
    isClosed: false,
  }
  const speech = createSpeech(writer, said)
  const response = createResponseReader(speech, state)
  const oldResults: JsonObject[] = []

  function readData(frame: JsonObject): void {
    if (frame.code === 'content_filter') state.status = 'CONTENT_FILTER'
    else if (frame.choices !== undefined) readChoices(frame, state, speech, oldResults)
    else if (frame.v !== undefined) response.read(frame)
    else throwFailure(frame)
    writer.settle()
  }

  function throwFailure(frame: JsonObject): void {
    const failure = readInStreamFailure(endpoint, frame, now)
    if (failure !== undefined) throw failure
  }

  function readNamed(name: string, data: JsonObject): void {
    if (name === 'ready') state.responseId = pickNumber(data, 'response_message_id') ?? state.responseId
    else if (name === 'close') state.isClosed = true
    else if (name === 'hint' && (data.type === 'error' || data.type === undefined))
      throw readHint(pickText(data, 'finish_reason') ?? '', pickText(data, 'content') ?? '')
    else throwFailure(data)
  }

  writer.lookUpIn((kind, number) => findSource(withOldResults(response.response(), oldResults), kind, number))
  return {
    state,
    push({ event, data }) {
      if (data === '[DONE]') return
      const isNamed = event !== undefined && event !== 'message'
      const value = parseJson(data)
      if (isNamed) readNamed(event, isJsonObject(value) ? value : {})
      else if (isJsonObject(value)) readData(value)
      else throw badEvent()
    },
    bareLine(text) {
      const value = parseJson(text)
      if (isJsonObject(value)) throwFailure(value)
    },
    end() {
      speech.end()
      writer.settle()
    },
  }
}

/** The form that was used until 2025. */
function readChoices(chunk: JsonObject, state: RoundState, speech: Speech, results: JsonObject[]): void {
  state.responseId ??= pickNumber(chunk, 'message_id')
  for (const choice of pickRecords(chunk, 'choices')) {
    const delta = pickObject(choice, 'delta')
    const content = pickString(delta, 'content') ?? ''
    results.push(...pickRecords(delta, 'search_results'))
    if (delta?.type === 'thinking') speech.think(content)
    else if (delta?.type !== 'search_result' && content !== '') speech.answer(content)
    state.status = readOldEnd(pickText(choice, 'finish_reason')) ?? state.status
  }
}

function readOldEnd(reason: string | undefined): RoundState['status'] {
  switch (reason) {
    case undefined:
      return undefined
    case 'stop':
      return 'FINISHED'
    case 'length':
      return 'INCOMPLETE'
    case 'content_filter':
      return 'CONTENT_FILTER'
    default:
      throw readHint(reason, '')
  }
}

function badEvent(): ChatError {
  return new ChatError('upstream-changed', 'DeepSeek sent an event that is no JSON object', {
    code: 'bad_event',
  })
}

function withOldResults(response: JsonObject, results: readonly JsonObject[]): JsonObject {
  return results.length === 0 ? response : { ...response, search_results: results }
}
