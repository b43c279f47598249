/** What the simulator says where nobody tells it otherwise. */
export const ANSWER = 'The harbour opens at six. Tide: 潮 🚢, gate no. 4.'
export const THOUGHT = 'The tide table says six.'
/** What `incomplete-continue` says before and after it is continued. */
export const FIRST_HALF = 'The first half of a long story about a harbour and its keeper. '
export const SECOND_HALF = 'The second half, in which the gate opens.'
/** The canned text that takes a filtered answer's place. */
export const TEMPLATE = 'Sorry, that is beyond my current scope.'
