import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'

/**
 * Who listens on a port, for people: `node (pid 1234)`, or `another program` where the system does not tell. Reads
 * /proc, so it knows on Linux, and only for processes of the same user.
 */
export async function describeHolder(port: number): Promise<string> {
  try {
    const inodes = await listeningInodes(port)
    const pid = inodes.size === 0 ? undefined : await findOwner(inodes)
    if (pid === undefined) return 'another program'
    const name = basename((await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')[0] ?? '')
    return `${name} (pid ${pid})`
  } catch {
    // No /proc on this system, or the process is gone already: the name is a courtesy.
    return 'another program'
  }
}

const LISTENING = '0A'

async function listeningInodes(port: number): Promise<Set<string>> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readFile(table, 'utf8')).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[1]?.endsWith(`:${wanted}`) && fields[3] === LISTENING && fields[9] !== undefined)
        inodes.add(fields[9])
    }
  }
  return inodes
}

async function findOwner(inodes: ReadonlySet<string>): Promise<string | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) if (await holdsSocket(pid, inodes)) return pid
  return undefined
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  try {
    for (const fd of await readdir(`/proc/${pid}/fd`)) {
      const link = await readlink(`/proc/${pid}/fd/${fd}`)
      if (inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '')) return true
    }
  } catch {
    // Another user's process, or one that ended meanwhile.
  }
  return false
}
