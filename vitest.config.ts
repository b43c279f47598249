import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{contract,proxy,app,renderer,test,scripts,bench}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'test/clients/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    alias: { electron: new URL('./test/standin/electron.cjs', import.meta.url).pathname },
  },
})
