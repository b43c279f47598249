import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type EnvironmentOptions } from 'vite'

const at = (place: string) => path.resolve(import.meta.dirname, place)

type NodeBuild = {
  readonly outDir: string
  readonly input: Record<string, string>
  /** What stays an import; everything else is bundled, so that the package needs no node_modules. */
  readonly external: readonly (string | RegExp)[]
}

function nodeBuild({ outDir, input, external }: NodeBuild): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, builtins: [/^node:/, 'electron'] },
    build: {
      ssr: true,
      outDir: at(outDir),
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input,
        external: [...external],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  }
}

/** One config for everything that runs: `vite build --app` builds all of it, `vite` serves the pages alone. */
export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [react()],
  builder: {
    async buildApp(builder) {
      const own = Object.values(builder.environments).filter(({ name }) => name !== 'ssr')
      await Promise.all(own.map((environment) => builder.build(environment)))
    },
  },
  environments: {
    client: {
      build: {
        outDir: at('dist/renderer'),
        emptyOutDir: true,
        target: 'chrome150',
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
      },
    },
  },
})

export { nodeBuild }
