import type { ChatRequest, FilePart, ImagePart, Part } from '../chat/chat-request.ts'
import { imageSize } from './image-size.ts'

/** Clients compact a conversation by this count, so it should rather be a little high. */
const MARGIN = 1.08
const TOKENS_PER_TURN = 4
const TOKENS_PER_TOOL = 8
/** What an image takes whose size is not known. */
const UNKNOWN_IMAGE = 1600
/** Anthropic's rule: a token for every 750 pixels, of an image that is scaled down to what models look at. */
const PIXELS_PER_TOKEN = 750
const LONGEST_EDGE = 1568
const SMALLEST_IMAGE = 85
const TOKENS_PER_PDF_PAGE = 2000
/** Pages of a PDF by its bytes, where nobody opens it. */
const BYTES_PER_PDF_PAGE = 50_000
const AUDIO_BYTES_PER_TOKEN = 500

/** A text longer than this is counted from samples of it. */
const LONGEST_EXACT = 200_000
const SAMPLES = 20
const SAMPLE_LENGTH = 5000
/** A tokenizer's time grows faster than its text where nothing parts it, so text goes in slices. */
const SLICE_LENGTH = 1000

type Encode = (text: string) => number

/** The tables of the encoding are large: they are loaded when the first count is asked for. */
async function loadEncoding(): Promise<Encode> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base')
  return (text) => count(text, { allowedSpecial: 'all' })
}

/** How many tokens a request's prompt has, about: 5 to 15 percent more than models count. */
export async function countTokens(request: ChatRequest): Promise<number> {
  const encode = await loadEncoding()
  const tools = request.tools.reduce(
    (sum, tool) => sum + TOKENS_PER_TOOL + countText(JSON.stringify(tool), encode),
    0,
  )
  const format = request.answerFormat?.type === 'json-schema' ? request.answerFormat.schema : undefined
  const schema = format === undefined ? 0 : countText(JSON.stringify(format), encode)
  const turns = request.turns.reduce((sum, turn) => sum + TOKENS_PER_TURN + countParts(turn.parts, encode), 0)
  return Math.ceil((tools + schema + turns) * MARGIN)
}

function countParts(parts: readonly Part[], encode: Encode): number {
  return parts.reduce((sum, part) => sum + countPart(part, encode), 0)
}

function countPart(part: Part, encode: Encode): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return countText(part.text, encode)
    case 'redacted-thinking':
      // What is hidden is encrypted, in about four bytes of base64 for each token.
      return Math.ceil(part.carrier.data.length / 4)
    case 'tool-call':
      return TOKENS_PER_TOOL + countText(`${part.name} ${part.argumentsText}`, encode)
    case 'tool-result':
      return TOKENS_PER_TOOL + countParts(part.parts, encode)
    case 'image':
      return countImage(part)
    case 'file':
      return countFile(part, encode)
    case 'audio':
      return Math.ceil((part.data.length * 3) / 4 / AUDIO_BYTES_PER_TOKEN)
    case 'opaque':
      return countText(part.text ?? JSON.stringify(part.raw), encode)
  }
}

/** By its pixels, never by the length of its base64. */
function countImage({ source, detail }: ImagePart): number {
  if (detail === 'low') return SMALLEST_IMAGE
  const size = source.kind === 'base64' ? imageSize(source.data) : undefined
  if (size === undefined) return UNKNOWN_IMAGE
  const scale = Math.min(1, LONGEST_EDGE / Math.max(size.width, size.height))
  const pixels = size.width * scale * size.height * scale
  return Math.min(UNKNOWN_IMAGE, Math.max(SMALLEST_IMAGE, Math.ceil(pixels / PIXELS_PER_TOKEN)))
}

function countFile({ source, name = '' }: FilePart, encode: Encode): number {
  switch (source.kind) {
    case 'text':
      return countText(name + source.text, encode)
    case 'base64': {
      const bytes = (source.data.length * 3) / 4
      if (/^text\/|json|xml/.test(source.mediaType)) return Math.ceil(bytes / 4)
      return TOKENS_PER_PDF_PAGE * Math.max(1, Math.round(bytes / BYTES_PER_PDF_PAGE))
    }
    case 'url':
    case 'file-id':
      return TOKENS_PER_PDF_PAGE
  }
}

function countText(text: string, encode: Encode): number {
  if (text.length <= LONGEST_EXACT) return countSlices(text, encode)
  const step = (text.length - SAMPLE_LENGTH) / (SAMPLES - 1)
  let tokens = 0
  for (let sample = 0; sample < SAMPLES; sample++) {
    const start = Math.floor(sample * step)
    tokens += countSlices(text.slice(start, start + SAMPLE_LENGTH), encode)
  }
  return Math.ceil((tokens * text.length) / (SAMPLES * SAMPLE_LENGTH))
}

function countSlices(text: string, encode: Encode): number {
  let tokens = 0
  for (let start = 0; start < text.length; start += SLICE_LENGTH)
    tokens += encode(text.slice(start, start + SLICE_LENGTH))
  return tokens
}
