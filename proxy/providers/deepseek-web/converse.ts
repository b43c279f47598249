import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest } from '../../chat/chat-request.ts'
import { hideSecrets } from '../../chat/hide-secrets.ts'
import type { JsonObject } from '../../chat/json.ts'
import { lookUp } from '../../chat/look-up.ts'
import { pickObject, pickText } from '../../chat/pick-fields.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import { type Clock, delay } from '../../clock.ts'
import type { ChatCall } from '../provider.ts'
import { type AccountRun, createAccountRun, type RunPorts } from './account-run.ts'
import { type AnswerWriter, createAnswerWriter } from './answer-writer.ts'
import { chooseModel, type WebModel } from './choose-model.ts'
import { type CleanUp, createCleanUp } from './clean-up.ts'
import type { DeepseekWebOptions } from './options.ts'
import type { RoundState } from './read-round.ts'
import { type RoundTimes, streamRound } from './stream-round.ts'
import { uploadFiles } from './upload-files.ts'
import { type Endpoint, VENDOR } from './vendor.ts'
import type { WebApi } from './web-api.ts'
import { countCharacters, type WrittenPrompt, writePrompt } from './write-prompt.ts'

export type ConversePorts = RunPorts & {
  readonly api: WebApi
  readonly clock: Clock
  readonly options: DeepseekWebOptions
  readonly times: RoundTimes
  /** Takes work that goes on when the answer is over. */
  readonly inBackground: (work: Promise<void>) => void
}

/** What is asked again when an answer came out empty; it refers to the question before it. */
const ASK_AGAIN = 'Your last answer was empty. Give your visible answer to my last message now.'

/** Tool calls that a model wrote into its thinking are read from there, so such an answer is not empty. */
const CALL_IN_THINKING = /<\s*[|｜]*\s*(?:DSML|tool_calls?\b|invoke\b)/i

/**
 * One request, from its prompt to its last part: a session of its own, the question, `continue` while the answer is
 * incomplete, one second question where it came out empty. The session is deleted behind the answer.
 */
export async function* converse(
  request: ChatRequest,
  call: ChatCall,
  ports: ConversePorts,
): AsyncGenerator<StreamPart> {
  const model = chooseModel(call.model, request, ports.options.models)
  if (model === undefined)
    throw new ChatError('model-not-found', `DeepSeek's web has no model ${call.model}`, { param: 'model' })
  const written = writePrompt(request)
  refuseTooLong(written.prompt, model, ports.options)
  const known: (string | undefined)[] = [call.account.credential, call.account.login?.password]
  let run: AccountRun | undefined
  try {
    run = await createAccountRun(call.account, call.signal, ports)
    const writer = createAnswerWriter({
      model: call.model,
      showsThinking: model.thinking,
      hasSearch: model.search,
      inputCharacters: written.prompt.length,
    })
    yield* talk({ model, written, run, writer, call, ports })
  } catch (thrown) {
    throw hideSecrets(thrown, [...known, ...ports.tokens.known(call.account), ...(run?.secrets() ?? [])])
  }
}

function refuseTooLong(prompt: string, model: WebModel, options: DeepseekWebOptions): void {
  const limit = lookUp(options.inputCharacters, model.modelType)
  if (limit === undefined || prompt.length <= limit) return
  const length = countCharacters(prompt)
  if (length > limit)
    throw new ChatError(
      'context-too-long',
      `The prompt has ${length} characters; DeepSeek's web takes at most ${limit} with this model`,
      { code: 'context_length_exceeded' },
    )
}

type Talk = {
  readonly model: WebModel
  readonly written: WrittenPrompt
  readonly run: AccountRun
  readonly writer: AnswerWriter
  readonly call: ChatCall
  readonly ports: ConversePorts
}

async function* talk(about: Talk): AsyncGenerator<StreamPart> {
  const { run, writer, call, ports } = about
  const cleanUp = createCleanUp({ ...ports, token: () => run.token })
  try {
    const session = await cleanUp.own(() => run.step((token) => createSession(ports.api, token)), call.signal)
    const files = await upload(about)
    const ask = (parent: number | null, prompt: string) =>
      runRound(about, cleanUp, 'completion', {
        chat_session_id: session,
        parent_message_id: parent,
        model_type: about.model.modelType,
        prompt,
        ref_file_ids: parent === null ? files : [],
        thinking_enabled: about.model.thinking,
        search_enabled: about.model.search,
        preempt: false,
      })
    let state = yield* goOn(about, cleanUp, session, yield* ask(null, about.written.prompt))
    if (isEmpty(writer, state) && state.responseId !== undefined) {
      await delay(ports.clock, ports.options.pacing.betweenStartsMs, call.signal)
      state = yield* goOn(about, cleanUp, session, yield* ask(state.responseId, ASK_AGAIN))
    }
    conclude(writer, state)
    yield* writer.take()
  } finally {
    ports.inBackground(cleanUp.finish())
  }
}

async function createSession(api: WebApi, token: string): Promise<string> {
  // A request that is given up meanwhile still has to learn the id, so that it can delete the session.
  const never = new AbortController().signal
  const answer = await api.call('createSession', { token, body: {}, signal: never })
  const id = pickText(pickObject(answer, 'chat_session'), 'id') ?? pickText(answer, 'id')
  if (id === undefined)
    throw new ChatError('upstream-changed', 'DeepSeek opened a conversation and gave it no id')
  return id
}

async function upload({ model, written, run, call, ports }: Talk): Promise<string[]> {
  if (written.attachments.length === 0) return []
  return run.step((token) =>
    uploadFiles(written.attachments, model, token, call.signal, {
      ...ports,
      prove: () => run.prove('uploadFile'),
    }),
  )
}

/** One round, and once more where its token or its proof was refused before anything was shown. */
async function* runRound(
  { run, writer, call, ports }: Talk,
  cleanUp: CleanUp,
  endpoint: Endpoint,
  body: JsonObject,
  said?: { readonly thinking: string; readonly text: string },
): AsyncGenerator<StreamPart, RoundState> {
  for (;;) {
    try {
      const headers = await run.prove(endpoint)
      const round = streamRound(
        { endpoint, body, headers, token: run.token, ...(said === undefined ? {} : { said }) },
        { ...ports, writer, cleanUp, signal: call.signal },
      )
      return yield* round
    } catch (error) {
      if (writer.hasShown || call.signal.aborted || !(await run.mayRedo(error))) throw error
    }
  }
}

/** Continues an answer that stopped for its length. A continuation that cannot be had leaves what is there. */
async function* goOn(
  about: Talk,
  cleanUp: CleanUp,
  session: string,
  first: RoundState,
): AsyncGenerator<StreamPart, RoundState> {
  let state = first
  for (let round = 0; round < VENDOR.continueRounds && isIncomplete(state); round++) {
    const { writer } = about
    const said = { thinking: writer.saidSoFar('thinking'), text: writer.saidSoFar('text') }
    const body = { chat_session_id: session, message_id: state.responseId ?? null, fallback_to_resume: true }
    try {
      const { responseId } = state
      state = yield* runRound(about, cleanUp, 'continue', body, said)
      state.responseId ??= responseId
    } catch (error) {
      const isRefusal = error instanceof ChatError && error.code === 'invalid_message_id'
      if (!isRefusal || !writer.hasText) throw error
      return { ...state, status: 'INCOMPLETE' }
    }
  }
  return state
}

function isIncomplete({ status, quasiStatus, autoContinue, responseId }: RoundState): boolean {
  if (responseId === undefined || status === 'CONTENT_FILTER') return false
  return status === 'INCOMPLETE' || autoContinue || (status === undefined && quasiStatus === 'INCOMPLETE')
}

/** The answer ended well, and there is nothing in it. */
function isEmpty(writer: AnswerWriter, { status, refusal }: RoundState): boolean {
  if (writer.hasText || refusal !== undefined) return false
  if (status !== 'FINISHED' && status !== 'INCOMPLETE') return false
  return !CALL_IN_THINKING.test(writer.saidSoFar('thinking'))
}

/** Ends the answer, or throws why it is none. Only the message's own status is an end. */
function conclude(writer: AnswerWriter, state: RoundState): void {
  if (state.status === 'CONTENT_FILTER' || state.refusal !== undefined) {
    if (writer.hasShown) return writer.finish('refused')
    throw new ChatError('content-refused', state.refusal ?? 'DeepSeek refused to answer this', {
      code: 'content_filter',
    })
  }
  if (state.status === undefined)
    throw new ChatError('upstream-truncated', 'DeepSeek broke off before the end of its answer')
  if (isEmpty(writer, state))
    throw new ChatError('rate-limited', 'DeepSeek gave an empty answer twice: it is limiting or overloaded', {
      code: 'upstream_empty_output',
    })
  writer.finish(state.status === 'INCOMPLETE' ? 'length' : 'stop')
}
