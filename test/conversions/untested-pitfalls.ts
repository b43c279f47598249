/** Pitfalls that no test of a codec can be named after, each with the reason or the place that holds it. */
export const UNTESTED_PITFALLS: Readonly<Record<number, string>> = {
  85: 'No status goes down before the first event that carries output, so there is no race to lose: `relay/answer-stream.ts` decides it in one place.',
  92: 'The relay reads what came by what it is: a stream that answers a plain request is collected (`test/http/pass-through.test.ts`, FM-43).',
  93: 'Upstreams are asked for `identity`; an encoded body is decoded in `upstream/decode-body.ts`, and no content-encoding goes down (`relay/passed-headers.ts`).',
  94: 'Bytes that begin like gzip are decoded whatever the headers say (`upstream/decode-body.ts`).',
  95: 'One signal runs from the client’s socket to the upstream’s (`test/http/abort.test.ts`).',
  96: 'Header values are checked before they are written (`relay/passed-headers.ts`); names of models and providers stand in bodies only.',
  98: 'Heartbeats belong to a stream and end with it (`relay/answer-stream.ts`); a plain answer has none.',
  107: 'A client’s beta headers go to upstreams of its own protocol only, and Portside adds none (`relay/passed-headers.ts`).',
  117: 'Lists of models are not the codecs’ (`http/models-list.ts`).',
  120: 'Headers are built anew from a list of what may pass (`relay/passed-headers.ts`, `test/http/pass-through.test.ts`).',
}
