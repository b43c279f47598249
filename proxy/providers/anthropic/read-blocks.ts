import type { AnswerBuilder, OpenCall, TextKind } from '../../chat/answer-builder.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickObject, pickString, pickText } from '../../chat/pick-fields.ts'

/** A block that is open, by what it holds. */
type Block =
  | { readonly type: TextKind; readonly key: number; signature: string[] }
  | { readonly type: 'call'; readonly call: OpenCall; readonly input: JsonObject; hasDelta: boolean }
  | { readonly type: 'opaque'; readonly raw: JsonObject; readonly pieces: string[] }
  | { readonly type: 'done' }

/** Follows content blocks by their index. Blocks that only Anthropic knows (its own tools) stay whole and opaque. */
export class BlockReader {
  readonly #builder: AnswerBuilder
  readonly #blocks = new Map<number, Block>()

  constructor(builder: AnswerBuilder) {
    this.#builder = builder
  }

  start(index: number, raw: JsonObject): void {
    this.stop(index)
    this.#blocks.set(index, openBlock(this.#builder, raw, index))
  }

  delta(index: number, delta: JsonObject): void {
    const block = this.#blocks.get(index)
    const text = deltaText(delta)
    switch (delta.type) {
      case 'text_delta':
        return this.#builder.text('text', this.#textBlock(index, 'text').key, text)
      case 'thinking_delta':
        return this.#builder.text('thinking', this.#textBlock(index, 'thinking').key, text)
      case 'signature_delta':
        if (block?.type === 'thinking') block.signature.push(text)
        return
      case 'input_json_delta':
        return pushInput(block, text)
      default:
        // Citations and deltas of later days: the block goes on without them.
        return
    }
  }

  stop(index: number): void {
    const block = this.#blocks.get(index)
    this.#blocks.delete(index)
    if (block !== undefined) closeBlock(this.#builder, block)
  }

  stopAll(): void {
    for (const index of [...this.#blocks.keys()]) this.stop(index)
  }

  #textBlock(index: number, type: TextKind): Extract<Block, { key: number }> {
    const block = this.#blocks.get(index)
    if (block?.type === type) return block
    // A delta of another kind than its block: the block ends here and one that fits begins.
    this.stop(index)
    const opened = { type, key: this.#builder.openText(type), signature: [] }
    this.#blocks.set(index, opened)
    return opened
  }
}

function deltaText(delta: JsonObject): string {
  return (
    pickString(delta, 'text') ??
    pickString(delta, 'thinking') ??
    pickString(delta, 'partial_json') ??
    pickString(delta, 'signature') ??
    ''
  )
}

function openBlock(builder: AnswerBuilder, raw: JsonObject, index: number): Block {
  switch (raw.type) {
    case 'text':
    case 'thinking': {
      const type = raw.type
      const key = builder.openText(type)
      builder.text(type, key, pickString(raw, type) ?? '')
      return { type, key, signature: [pickString(raw, 'signature') ?? ''] }
    }
    case 'redacted_thinking':
      builder.redacted({ origin: 'anthropic-messages', data: pickString(raw, 'data') ?? '' })
      return { type: 'done' }
    case 'tool_use': {
      const call = builder.openCall(pickText(raw, 'id') ?? `toolu_${index}`, pickString(raw, 'name') ?? '')
      return { type: 'call', call, input: pickObject(raw, 'input') ?? {}, hasDelta: false }
    }
    default:
      return { type: 'opaque', raw, pieces: [] }
  }
}

function pushInput(block: Block | undefined, text: string): void {
  if (block?.type === 'opaque') block.pieces.push(text)
  if (block?.type !== 'call' || text === '') return
  block.hasDelta = true
  block.call.push(text)
}

function closeBlock(builder: AnswerBuilder, block: Block): void {
  switch (block.type) {
    case 'call':
      if (!block.hasDelta && Object.keys(block.input).length > 0) block.call.push(JSON.stringify(block.input))
      block.call.end()
      return
    case 'opaque': {
      const input = parseJson(block.pieces.join(''))
      const raw = isJsonObject(input) ? { ...block.raw, input } : block.raw
      builder.opaque({ type: 'opaque', protocol: 'anthropic-messages', raw })
      return
    }
    case 'done':
      return
    default: {
      const data = block.signature.join('')
      const signature = data === '' ? undefined : { origin: 'anthropic-messages' as const, data }
      builder.closeText(block.type, block.key, signature)
    }
  }
}
