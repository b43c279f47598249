import { setTimeout as sleep } from 'node:timers/promises'

/** What a scenario is told, and the ways in which it can answer. */
export type Scene = {
  readonly endpoint: 'completion' | 'continue' | 'edit'
  readonly prompt: string
  readonly thinking: boolean
  readonly search: boolean
  /** How many questions of this session came before; continued rounds do not count. */
  readonly asked: number
  readonly requestId: number
  readonly responseId: number
  readonly modelType: string
  /** The account's owner may be muted, and its token revoked, by a scenario. */
  mute(untilMs: number): void
  revokeToken(): void
  /** Says whether a thing happens for the first time in this session. */
  isFirst(what: string): boolean
  /** What one is to say: the simulator's `respond`, or its standing text. */
  answer(): { readonly thinking?: string; readonly text: string }
  /** Answers with something else than a stream. */
  reply(status: number, body: unknown, headers?: Record<string, string>): void
  /** Raw bytes of the event stream; the head goes out with the first. */
  write(bytes: string | Uint8Array): Promise<void>
  end(): void
  /** Cuts the connection. */
  destroy(): void
  readonly isGone: () => boolean
}

/** The ways in which the patch form says things. */
export function speak(scene: Scene) {
  const data = (value: unknown) => scene.write(`data: ${JSON.stringify(value)}\n\n`)
  const event = (name: string, value: unknown) =>
    scene.write(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`)
  return {
    data,
    event,
    sleep,
    ready: () =>
      event('ready', {
        request_message_id: scene.requestId,
        response_message_id: scene.responseId,
        model_type: scene.modelType,
      }),
    updateSession: () => event('update_session', { updated_at: 1_775_380_966.5 }),
    snapshot: (fragments: readonly object[], more: object = {}) =>
      data({ v: { response: { ...blankResponse(scene), fragments, ...more } } }),
    set: (p: string, v: unknown) => data({ p, o: 'SET', v }),
    append: (p: string, v: unknown) => data({ p, o: 'APPEND', v }),
    batch: (p: string, v: readonly object[]) => data({ p, o: 'BATCH', v }),
    bare: (v: unknown) => data({ v }),
    async finish(status = 'FINISHED', how: { readonly finishEvent?: boolean } = {}) {
      await data({
        p: 'response',
        o: 'BATCH',
        v: [
          { p: 'accumulated_token_usage', v: 42 },
          { p: 'quasi_status', v: status },
        ],
      })
      await data({ p: 'response/status', o: 'SET', v: status })
      if (how.finishEvent !== false) await event('finish', {})
      await event('update_session', { updated_at: 1_775_380_967.5 })
      await event('title', { content: 'Harbour talk' })
      await event('close', { click_behavior: 'none', auto_resume: false })
      scene.end()
    },
  }
}

export function fragment(id: number, type: string, content: string | null, more: object = {}) {
  return { id, type, content, references: [], stage_id: 1, ...more }
}

function blankResponse(scene: Scene) {
  return {
    message_id: scene.responseId,
    parent_id: scene.requestId,
    model: '',
    role: 'ASSISTANT',
    thinking_enabled: scene.thinking,
    ban_edit: false,
    ban_regenerate: false,
    status: 'WIP',
    incomplete_message: null,
    accumulated_token_usage: 0,
    files: [],
    feedback: null,
    inserted_at: 1_775_380_966.1,
    search_enabled: scene.search,
    conversation_mode: 'DEFAULT',
    has_pending_fragment: false,
    auto_continue: false,
    search_triggered: false,
  }
}

/** Words with the space behind them, as tokens come. */
export function tokens(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? []
}

/** The envelope of every JSON answer. */
export function ok(bizData: unknown) {
  return { code: 0, msg: '', data: { biz_code: 0, biz_msg: '', biz_data: bizData } }
}

export function refused(code: number, msg: string) {
  return { code, msg, data: null }
}

export function bizRefused(bizCode: number, bizMsg: string, bizData: unknown = null) {
  return { code: 0, msg: '', data: { biz_code: bizCode, biz_msg: bizMsg, biz_data: bizData } }
}
