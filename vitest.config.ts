import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{contract,proxy,app,renderer,test,scripts,bench}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'test/clients/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Many tests wait for upstreams that say nothing: on two cores one worker alone leaves most of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    alias: { electron: new URL('./test/standin/electron.cjs', import.meta.url).pathname },
  },
})
