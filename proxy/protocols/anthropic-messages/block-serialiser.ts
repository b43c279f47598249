import type { SseEvent } from '../../chat/sse-event.ts'

/** A content block on its way out. One that holds no text at all is never shown. */
type Block = {
  /** The JSON of `content_block` in its start event. */
  readonly start: string
  readonly delta: DeltaKind | undefined
  readonly isShownEmpty: boolean
  /** Text that waits for the block's turn. */
  readonly waiting: string[]
  /** The JSON of a last delta (a signature), told when the block ends. */
  last: string | undefined
  index: number | undefined
  isEnded: boolean
}

export type DeltaKind = { readonly type: string; readonly field: string }

export type NewBlock = Pick<Block, 'start' | 'delta' | 'isShownEmpty'>

/**
 * Clients bear one open block at a time. The first open block streams; what belongs to later ones waits, and follows
 * in one piece when their turn comes. `emit` receives every event in its final order.
 */
export type BlockSerialiser = {
  open(key: number, block: NewBlock): void
  push(key: number, text: string): void
  end(key: number, last?: string): void
  /** A block that is complete at once. */
  whole(block: NewBlock, text?: string): void
  endAll(): void
}

export function createBlockSerialiser(emit: (event: SseEvent) => void): BlockSerialiser {
  const byKey = new Map<number, Block>()
  const queue: Block[] = []
  const show = createBlockWriter(emit)
  /** Closes what is over at the front, and lets the next block catch up. */
  function advance(): void {
    for (let front = queue[0]; front !== undefined; front = queue[0]) {
      if (front.isShownEmpty) show.start(front)
      if (front.waiting.length > 0) show.text(front, front.waiting.splice(0).join(''))
      if (!front.isEnded) return
      show.end(front)
      queue.shift()
    }
  }
  function enqueue(block: NewBlock): Block {
    const queued: Block = { ...block, waiting: [], last: undefined, index: undefined, isEnded: false }
    queue.push(queued)
    return queued
  }
  return {
    open(key, block) {
      byKey.set(key, enqueue(block))
      advance()
    },
    push(key, text) {
      const block = byKey.get(key)
      if (block === undefined || text === '') return
      if (block === queue[0]) show.text(block, text)
      else block.waiting.push(text)
    },
    end(key, last) {
      const block = byKey.get(key)
      if (block === undefined) return
      byKey.delete(key)
      block.last = last
      block.isEnded = true
      advance()
    },
    whole(block, text = '') {
      const queued = enqueue(block)
      if (text !== '') queued.waiting.push(text)
      queued.isEnded = true
      advance()
    },
    endAll() {
      for (const block of queue) block.isEnded = true
      advance()
    },
  }
}

/** Writes the events of single blocks, and numbers the blocks as they begin. */
function createBlockWriter(emit: (event: SseEvent) => void) {
  let nextIndex = 0
  function start(block: Block): number {
    if (block.index !== undefined) return block.index
    block.index = nextIndex++
    const data = `{"type":"content_block_start","index":${block.index},"content_block":${block.start}}`
    emit({ event: 'content_block_start', data })
    return block.index
  }
  function delta(block: Block, json: string): void {
    const data = `{"type":"content_block_delta","index":${start(block)},"delta":${json}}`
    emit({ event: 'content_block_delta', data })
  }
  return {
    start,
    text(block: Block, text: string) {
      if (block.delta === undefined) return
      const { type, field } = block.delta
      delta(block, `{"type":"${type}","${field}":${JSON.stringify(text)}}`)
    },
    end(block: Block) {
      if (block.last !== undefined) delta(block, block.last)
      if (block.index === undefined) return
      emit({ event: 'content_block_stop', data: `{"type":"content_block_stop","index":${block.index}}` })
    },
  }
}
