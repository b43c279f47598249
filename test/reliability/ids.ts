import { ROWS } from '../faults/matrix.ts'

/** What Portside promises, in a few words each; tests name the promise that they prove by its id. */
const PROMISES = `
01 nothing lost, nothing doubled, through a storm of faults
02 retries stay within a budget
03 one retry loop, and the log knows every attempt
04 pauses are spread evenly
05 the kind of a failure decides what is tried next
06 what an upstream says about waiting is read in every form
07 the Retry-After that clients get is a whole number from 1 to 60
08 the clients’ own retries do not multiply ours
09 after the first byte there is no second attempt
10 what comes before the first output is held back
11 an idempotency key keeps equal requests from running twice
12 a rate limit rests one account for one model
13 a rest grows once per window
14 what the client or this machine caused blames no account
15 the last account is never ejected
16 a failing account rests, then one probe decides
17 rests outlive a restart, for 24 hours at most
18 accounts take fair turns, conversations and pins hold
19 many requests refresh a credential once
20 the queue is bounded and in order
21 four timers, each with its own code
22 a client that leaves takes its upstream request along
23 a slow reader costs bounded memory
24 a reader that stands still is let go
25 a fast upstream leaves room for others
26 a body over the limit is refused early
27 slow senders are closed
28 idle connections cost little
29 a kept connection is told when it ends
30 heartbeats come after the first byte and between frames
31 a cut answer is never shown as whole
32 a good stream without its end marker gets one
33 event streams are read whatever the cuts
34 an answer of the wrong shape has a defined end
35 numbers and odd characters pass unchanged
36 stopping lets answers finish
37 another port is opened before the old one is left
38 a port that is taken is named with its holder
39 a sleep or another network costs no request
40 a wall clock that jumps changes nothing
41 settings survive a crash at any moment
42 old settings and logs are carried over
43 a log that fails costs no request
44 a crash is caught, and does not spread
45 eight hours of load leave nothing behind
`

function readList(text: string, idOf: (number: string) => string): [id: string, promise: string][] {
  return text
    .trim()
    .split('\n')
    .map((line) => [idOf(line.slice(0, line.indexOf(' '))), line.slice(line.indexOf(' ') + 1)])
}

/** Every id with its words, in order. */
export const IDS: readonly (readonly [id: string, promise: string])[] = [
  ...readList(PROMISES, (number) => `REL-${number}`),
  ...[
    ...new Map([
      ...[...ROWS].reverse().map(({ number, title }): [string, string] => [String(number), title]),
    ]),
  ]
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([number, title]) => [`FM-${number}`, title] as const),
]
