import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for one run, with nothing of the user's in it; private to the user, and gone behind the run. */
export type ThrowAwayPlace = {
  /** Empty but for Cursor's own permission file. */
  readonly workspace: string
  /** Where Cursor keeps its settings and the conversation of this run. */
  readonly config: string
  remove(): Promise<void>
}

/** Nothing may be run, read, written or fetched, whatever the user's own settings of Cursor say. */
const PERMISSIONS = { allow: [], deny: ['Shell(*)', 'Read(**)', 'Write(**)', 'WebFetch(*)', 'Mcp(*:*)'] }

export async function makeThrowAwayPlace(): Promise<ThrowAwayPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-cursor-'))
  const [workspace, config] = [join(folder, 'workspace'), join(folder, 'config')]
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  try {
    await mkdir(join(workspace, '.cursor'), { recursive: true })
    await mkdir(config)
    const settings = { version: 1, editor: { vimMode: false }, permissions: PERMISSIONS }
    await writeFile(join(config, 'cli-config.json'), JSON.stringify(settings), { mode: 0o600 })
    await writeFile(join(workspace, '.cursor', 'cli.json'), JSON.stringify({ permissions: PERMISSIONS }), {
      mode: 0o600,
    })
    return { workspace, config, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
