'use strict'
const fs = require('node:fs')
const path = require('node:path')

let isHeld = false

/** A lock file with the owner's process id; a second start leaves its arguments in the owner's inbox. */
exports.holdSingleInstance = ({ app, directory, data }) => {
  const file = path.join(directory, 'SingletonLock')
  const inbox = `${file}.inbox`
  fs.mkdirSync(inbox, { recursive: true })
  const owner = ownerOf(file)
  if (owner !== null && owner !== process.pid) {
    const message = { argv: process.argv, cwd: process.cwd(), data }
    fs.writeFileSync(path.join(inbox, `${process.pid}.json`), JSON.stringify(message))
    return false
  }
  if (isHeld) return true
  isHeld = true
  fs.writeFileSync(file, String(process.pid))
  process.on('exit', () => fs.rmSync(file, { force: true }))
  setInterval(() => readInbox(app, inbox), 50).unref()
  return true
}

function ownerOf(file) {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'))
    process.kill(pid, 0)
    return pid
  } catch {
    // No file, or its owner is gone.
    return null
  }
}

function readInbox(app, inbox) {
  if (!fs.existsSync(inbox)) return
  for (const name of fs.readdirSync(inbox)) {
    const file = path.join(inbox, name)
    try {
      const { argv, cwd, data } = JSON.parse(fs.readFileSync(file, 'utf8'))
      fs.rmSync(file)
      app.emit('second-instance', {}, argv, cwd, data)
    } catch {
      // Still being written: the next look finds it whole.
    }
  }
}
