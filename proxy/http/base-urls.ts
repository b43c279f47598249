import { isLoopback } from './listener.ts'

/** Base URLs as each family of clients wants them. Loopback is always told as 127.0.0.1: it is the one surely ours. */
export function baseUrls(host: string, port: number): { openai: string; anthropic: string; gemini: string } {
  const name =
    isLoopback(host) || host === '0.0.0.0' || host === '::'
      ? '127.0.0.1'
      : host.includes(':')
        ? `[${host}]`
        : host
  const root = `http://${name}:${port}`
  return { openai: `${root}/v1`, anthropic: root, gemini: root }
}
