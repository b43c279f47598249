import { type Dialect, LONGEST_GAP, matchAt, skipBlank } from './dialect.ts'
import { createMarkupReader } from './markup-reader.ts'
import { attribute, readTag } from './tags.ts'

const TRIGGER = /<<CALL_[A-Za-z0-9]{8}>>/y
const TRIGGER_BEGINNING = /<(?:<(?:C(?:A(?:L(?:L(?:_[A-Za-z0-9]{0,8}>?)?)?)?)?)?)?$/y

/** cursor2api-go's form: a trigger line, then `<invoke name="NAME">{json}</invoke>`. It counts within a line too. */
export const triggerDialect: Dialect = {
  name: 'trigger',
  firsts: '<',
  isAnywhere: true,
  open(text, at, context) {
    const trigger = matchAt(TRIGGER, text, at)
    if (trigger === null) return matchAt(TRIGGER_BEGINNING, text, at) === null ? 'no' : 'maybe'
    const behind = at + trigger[0].length
    const inner = skipBlank(text, behind)
    if (inner === text.length && inner - behind <= LONGEST_GAP) return 'maybe'
    const tag = readTag(text, inner)
    if (tag === 'maybe') return 'maybe'
    const name =
      tag === 'none' || tag.isClosing || tag.word !== 'invoke' ? undefined : attribute(tag.attributes, 'name')
    const isCall = name !== undefined && inner - behind <= LONGEST_GAP
    // A trigger without its call is no text of the answer: it alone is left out.
    return isCall && context.isDeclared(name)
      ? { length: inner - at, reader: createMarkupReader({ isWrapped: false }) }
      : { length: trigger[0].length, reader: nothing }
  },
}

const nothing = {
  push: () => ({ taken: 0, isOver: true }),
  end: () => ({ kind: 'broken' as const, problem: 'a trigger has no call', isCut: false }),
}
