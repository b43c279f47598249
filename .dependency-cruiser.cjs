/** The house rules, one per wall. `npm run check:walls` proves them; ARCHITECTURE.md explains them. */
const wall = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** Matches electron whether it is installed, hoisted or unresolved. */
const ELECTRON = '(^|/)electron(/|$)'

/** Tests may look behind the walls they test. */
const TESTS = '\\.test\\.tsx?$'

module.exports = {
  forbidden: [
    wall('no-cycles', 'Two files that need each other at run time are one idea in two places: merge them or name the third.',
      { pathNot: TESTS }, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    wall('everything-resolves', 'A rule cannot judge an import it cannot resolve.',
      {}, { couldNotResolve: true, pathNot: ELECTRON }),
    wall('contract-depends-on-nothing', 'The contract is what all sides agree on; it may know zod, the contract half of oRPC and itself.',
      { path: '^contract/', pathNot: TESTS }, { pathNot: '^(contract/|node_modules/(zod|@orpc/contract)/)' }),
    wall('proxy-stands-alone', 'The proxy must run in plain Node: it never sees Electron, the app or the screen.',
      { path: '^proxy/' }, { path: ['^(app|renderer)/', ELECTRON] }),
    wall('renderer-sees-only-the-contract', 'The screen talks to the proxy over the control contract and nothing else.',
      { path: '^renderer/', pathNot: TESTS }, { path: ['^(app|proxy)/', ELECTRON] }),
    wall('renderer-is-a-browser', 'No Node built-ins on the screen side.',
      { path: '^renderer/', pathNot: TESTS }, { dependencyTypes: ['core'] }),
    wall('one-door-to-the-proxy', 'Only api.ts opens a transport; every other screen file imports api.ts.',
      { path: '^renderer/', pathNot: `^renderer/src/(api|port-link|http-link)\\.ts$|${TESTS}` }, { path: '^node_modules/@orpc/client/', dependencyTypesNot: ['type-only'] }),
    wall('app-enters-the-proxy-by-the-door', 'app/ may import proxy/index.ts; the rooms behind it are private.',
      { path: '^app/', pathNot: TESTS }, { path: '^proxy/', pathNot: '^proxy/index\\.ts$' }),
    wall('chat-is-the-bottom', 'The neutral language knows none of its speakers.',
      { path: '^proxy/chat/', pathNot: TESTS }, { pathNot: '^proxy/chat/' }),
    wall('codecs-know-no-transport', 'A protocol codec maps values to values; HTTP, SSE bytes and sockets live elsewhere.',
      { path: '^proxy/protocols/', pathNot: TESTS }, { path: '^proxy/(http|upstream|pool|providers|request-log|relay|control|settings)/|^node_modules/(express|undici)/|^(node:)?(http|https|http2|net|tls)$' }),
    wall('codecs-do-not-meet', 'Protocol A never imports protocol B: that is how pairwise translators begin.',
      { path: '^proxy/protocols/([^/]+)/', pathNot: TESTS }, { path: '^proxy/protocols/([^/]+)/', pathNot: '^proxy/protocols/$1/' }),
    wall('providers-do-not-meet', 'Provider A never imports provider B; what three of them share moves to upstream/ or chat/.',
      { path: '^proxy/providers/([^/]+)/', pathNot: TESTS }, { path: '^proxy/providers/([^/]+)/', pathNot: '^proxy/providers/$1/' }),
    wall('providers-know-no-client', 'A provider does not know who asked or in which protocol.',
      { path: '^proxy/providers/', pathNot: TESTS }, { path: '^proxy/(http|protocols|pool|request-log|relay|control)/|^node_modules/express/' }),
    wall('bridge-knows-only-the-language', 'The tool bridge maps requests and parts to others of their kind; it sees no wire, no provider and no client.',
      { path: '^proxy/tool-bridge/', pathNot: TESTS }, { pathNot: '^(proxy/(tool-bridge|chat)/|node_modules/jsonrepair/)' }),
    wall('bridge-has-one-door', 'The rooms around the tool bridge enter it by its index.',
      { path: '^proxy/', pathNot: `^proxy/tool-bridge/|${TESTS}` }, { path: '^proxy/tool-bridge/', pathNot: '^proxy/tool-bridge/index\\.ts$' }),
    wall('pool-is-pure', 'The pool decides; it opens no socket and reads no file.',
      { path: '^proxy/pool/', pathNot: TESTS }, { path: '^proxy/(http|relay|protocols|request-log|control)/', dependencyTypesNot: ['type-only'] }),
    wall('express-stays-at-the-edge', 'Only proxy/http/ may import express.',
      { path: '.', pathNot: '^proxy/http/' }, { path: '^node_modules/(@types/)?express/' }),
    wall('one-way-out', 'Only upstream/ opens connections to the outside.',
      { path: '^proxy/', pathNot: `^proxy/(upstream|http|cli)/|${TESTS}` }, { path: '^node_modules/undici/' }),
    wall('one-sse-reader', 'Only upstream/read-sse.ts parses event streams.',
      { path: '.', pathNot: '^proxy/upstream/read-sse\\.ts$' }, { path: '^node_modules/eventsource-parser/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.tsbuild/|^dist/' },
    tsPreCompilationDeps: true,
    preserveSymlinks: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
