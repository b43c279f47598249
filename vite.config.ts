import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite'

const at = (place: string) => path.resolve(import.meta.dirname, place)

type NodeBuild = { readonly outDir: string; readonly input: Record<string, string> }

/** A build for Node: everything but Electron and Node itself is bundled, so that the package needs no node_modules. */
function nodeBuild({ outDir, input }: NodeBuild): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, builtins: [/^node:/, 'electron', ...builtinModules] },
    // CommonJS packages that are bundled into modules still ask for these.
    define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
    build: {
      ssr: true,
      outDir: at(outDir),
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input,
        external: ['electron', /^node:(?!http$)/],
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          // Node reads all of it at each start; names stay, for the traces of errors.
          minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
        },
      },
    },
  }
}

/** A sandboxed preload cannot import: it is one CommonJS file that may require Electron alone. */
function preloadBuild(): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true },
    build: {
      ssr: true,
      outDir: at(`${dist}/preload`),
      emptyOutDir: true,
      target: 'chrome150',
      minify: false,
      rolldownOptions: {
        input: { index: at('app/preload.ts') },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  }
}

/** Puts the tray's icons beside the main process that shows them. */
function trayIcons(): Plugin {
  const assets = at('app/assets')
  return {
    name: 'portside-tray-icons',
    applyToEnvironment: ({ name }) => name === 'main',
    generateBundle() {
      for (const file of readdirSync(assets)) {
        this.emitFile({
          type: 'asset',
          fileName: `assets/${file}`,
          source: readFileSync(path.join(assets, file)),
        })
      }
    },
  }
}

const HTTP = 'node:http'
const HTTP_ID = `\0${HTTP}`

/**
 * Importing `node:http` makes Node (24) read each of its exports, among them `WebSocket`, for which it loads a whole HTTP
 * client: a tenth of all that a start takes. Taken as an object, only what is used is read.
 */
function lazyHttp(): Plugin {
  const names = Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(HTTP)))
    .filter(([, descriptor]) => 'value' in descriptor)
    .map(([name]) => name)
  return {
    name: 'portside-lazy-http',
    enforce: 'pre',
    applyToEnvironment: ({ config }) => config.consumer === 'server',
    resolveId(source, _importer, { kind }) {
      if (source !== HTTP) return null
      return kind === 'require-call' ? { id: HTTP, external: true } : HTTP_ID
    },
    load(id) {
      if (id !== HTTP_ID) return null
      return `const http = process.getBuiltinModule('${HTTP}')\nexport default http\nexport const { ${names.join(', ')} } = http`
    },
  }
}

const WORKER = /new URL\('\.\/([\w-]+)\.ts', import\.meta\.url\)/g

/** Vite bundles workers for browsers only: for Node each becomes a file beside the one that starts it. */
function nodeWorkers(): Plugin {
  return {
    name: 'portside-node-workers',
    enforce: 'pre',
    applyToEnvironment: ({ config }) => config.consumer === 'server',
    transform(code, id) {
      if (!code.includes('new Worker(')) return null
      const changed = code.replace(WORKER, (_found, name: string) => {
        const source = path.join(path.dirname(id), `${name}.ts`)
        this.emitFile({ type: 'chunk', id: source, fileName: `${name}.js` })
        return `new URL('./${name}.js', import.meta.url)`
      })
      // The change stays within its line, so the source map still fits.
      return { code: changed, map: null }
    },
  }
}

/** The desktop specs build the app around a fake proxy: its door takes the place of the real one. */
const door = process.env.PORTSIDE_PROXY_DOOR
const alias = door ? [{ find: /^\.\.\/proxy\/index\.ts$/, replacement: at(door) }] : []
const dist = process.env.PORTSIDE_DIST ?? 'dist'

/** One config for everything that runs: `vite build --app` builds all of it, `vite` serves the pages alone. */
export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [react(), trayIcons(), nodeWorkers(), lazyHttp()],
  resolve: { alias },
  builder: {
    async buildApp(builder) {
      const own = Object.values(builder.environments).filter(({ name }) => name !== 'ssr')
      await Promise.all(own.map((environment) => builder.build(environment)))
    },
  },
  environments: {
    client: {
      build: {
        outDir: at(`${dist}/renderer`),
        emptyOutDir: true,
        target: 'chrome150',
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
      },
    },
    main: nodeBuild({
      outDir: `${dist}/main`,
      input: { index: at('app/main.ts'), 'proxy-process': at('app/proxy-process.ts') },
    }),
    preload: preloadBuild(),
    ...(existsSync(at('proxy/cli.ts'))
      ? { cli: nodeBuild({ outDir: `${dist}/cli`, input: { portside: at('proxy/cli.ts') } }) }
      : {}),
  },
})
