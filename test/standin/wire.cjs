'use strict'
/** Values on their way to a page and back: cloned as Electron clones them, so what cannot be cloned throws. */
exports.pack = (value) =>
  JSON.stringify(structuredClone(value), (_key, part) => {
    if (part instanceof Uint8Array) return { $bytes: [...part] }
    if (part?.type === 'Buffer' && Array.isArray(part.data)) return { $bytes: part.data }
    return part === undefined ? { $undefined: 1 } : part
  })

exports.unpack = (text) =>
  JSON.parse(text, (_key, part) => {
    if (part?.$bytes) return new Uint8Array(part.$bytes)
    return part?.$undefined ? undefined : part
  })
