import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second (`getconf CLK_TCK`). */
const TICKS_A_SECOND = 100

/** CPU seconds, user and system, that a process, its threads and its children have taken. */
export function cpuSeconds(pid: number): number {
  return processTree(pid).reduce((sum, each) => {
    const fields = statOf(each)
    // Fields 14 to 17 of proc(5), counted from the state: own user and system time, then that of waited-for children.
    return sum + fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) / TICKS_A_SECOND
  }, 0)
}

/** Resident memory of a process and its children, in bytes. */
export function residentBytes(pid: number): number {
  return processTree(pid).reduce((sum, each) => {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1]
    return sum + Number(kilobytes ?? 0) * 1024
  }, 0)
}

function processTree(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const id = Number(name)
    if (!Number.isInteger(id)) continue
    try {
      parents.set(id, Number(statOf(id)[1]))
    } catch {
      // The process ended while the list was read.
    }
  }
  const tree = [pid]
  for (const id of tree) for (const [child, parent] of parents) if (parent === id) tree.push(child)
  return tree
}

/** The fields of /proc/<pid>/stat after the program's name, which may hold spaces and brackets itself. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
