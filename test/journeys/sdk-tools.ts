import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The three tools that an SDK user would hand to a tool runner; they really read, write and run. */
export const SDK_TOOLS = [
  {
    name: 'read_file',
    description: 'Reads a file',
    schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
    run: ({ path }: { path: string }) => readFile(path, 'utf8'),
  },
  {
    name: 'write_file',
    description: 'Writes a file',
    schema: {
      type: 'object',
      properties: { path: { type: 'string' }, content: { type: 'string' } },
      required: ['path', 'content'],
    },
    run: async ({ path, content }: { path: string; content: string }) => {
      await writeFile(path, content)
      return 'written'
    },
  },
  {
    name: 'run_command',
    description: 'Runs a shell command',
    schema: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
    run: async ({ command }: { command: string }) => (await run('sh', ['-c', command])).stdout || 'no output',
  },
] as const

/** Runs one of them, as a model called it. */
export async function runSdkTool(name: string, input: unknown): Promise<string> {
  const tool = SDK_TOOLS.find((each) => each.name === name)
  if (tool === undefined) return `there is no tool ${name}`
  return (tool.run as (input: unknown) => Promise<string>)(input)
}

/** What the simulated model does with them. */
export function sdkSteps(folder: string) {
  return [
    { tool: 'read_file', input: { path: `${folder}/notes.txt` } },
    { tool: 'write_file', input: { path: `${folder}/written.txt`, content: 'written by the agent\n' } },
    { tool: 'run_command', input: { command: `echo ran > ${folder}/ran.txt` } },
  ]
}
