import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError, type CliWorld, EXIT } from './cli-world.ts'

const MAX_LENGTH = 16_384

/** A secret from standard input: a whole pipe, or one line typed where nobody sees it. Never from the arguments. */
export async function askSecret(world: CliWorld, prompt: string): Promise<string> {
  const text = world.stdin.isTTY ? await askHidden(world, prompt) : await readPipe(world)
  const secret = text.trim()
  if (secret === '') throw new CliError(`${prompt}: nothing was given`, EXIT.wrongUse)
  if (/[\r\n]/.test(secret)) throw new CliError(`${prompt}: give one line`, EXIT.wrongUse)
  return secret
}

async function readPipe({ stdin }: CliWorld): Promise<string> {
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > MAX_LENGTH) throw new CliError('that is too long for a key', EXIT.wrongUse)
  }
  return text
}

function askHidden({ stdin, remark }: CliWorld, prompt: string): Promise<string> {
  remark(`${prompt} (it is not shown): `)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => {
      remark('\n')
      reject(new CliError('nothing was given'))
    })
  })
}
