// Put around every preload, which runs in an isolated world of a real page. Names in double underscores are filled in.
;(() => {
  if (window !== window.top) return
  const listeners = new Map()
  const pending = new Map()
  const ports = new Map()
  const functions = []
  let lastId = 0

  function clone(value) {
    try {
      return structuredClone(value)
    } catch {
      throw new Error('An object could not be cloned.')
    }
  }
  const pack = (value) =>
    JSON.stringify(clone(value), (_key, part) => {
      if (part instanceof Uint8Array) return { $bytes: [...part] }
      return part === undefined ? { $undefined: 1 } : part
    })
  const unpack = (text) =>
    JSON.parse(text, (_key, part) => {
      if (part?.$bytes) return new Uint8Array(part.$bytes)
      return part?.$undefined ? undefined : part
    })
  const post = (message) => globalThis.__standinIpc(JSON.stringify(message))

  // ---- ports: a real port of this page, carried on to main ----
  function sendAway(port) {
    const id = ++lastId
    ports.set(id, port)
    port.addEventListener('message', (event) => post({ kind: 'port-message', id, data: pack([event.data]) }))
    port.addEventListener('close', () => ports.delete(id) && post({ kind: 'port-close', id }))
    port.start()
    return id
  }
  globalThis.__standinPort = ({ kind, id, data }) => {
    const port = ports.get(id)
    if (kind === 'port-message') port?.postMessage(unpack(data)[0])
    if (kind === 'port-close') {
      ports.delete(id)
      port?.close()
    }
  }

  // ---- ipcRenderer ----
  const ipcRenderer = {
    on(channel, listener) {
      if (!listeners.has(channel)) listeners.set(channel, new Set())
      listeners.get(channel).add(listener)
      return ipcRenderer
    },
    removeListener(channel, listener) {
      listeners.get(channel)?.delete(listener)
      return ipcRenderer
    },
    send: (channel, ...values) => post({ kind: 'send', channel, values: pack(values) }),
    postMessage(channel, message, transfer = []) {
      const values = pack([message])
      post({ kind: 'send', channel, values, ports: transfer.map(sendAway) })
    },
    invoke(channel, ...values) {
      const id = ++lastId
      const packed = pack(values)
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject })
        post({ kind: 'invoke', id, channel, values: packed })
      })
    },
  }
  globalThis.__standinReply = (id, error, value) => {
    const { resolve, reject } = pending.get(id)
    pending.delete(id)
    if (error) reject(new Error(error))
    else resolve(unpack(value))
  }
  globalThis.__standinEmit = (channel, values) => {
    const event = { sender: ipcRenderer, ports: [] }
    for (const listener of [...(listeners.get(channel) ?? [])]) listener(event, ...unpack(values))
  }

  // ---- contextBridge: shapes, cloned values and the numbers of functions cross, nothing else ----
  const fire = (name, detail) => {
    document.dispatchEvent(new CustomEvent(`__WIRE__${name}`, { detail: JSON.stringify(detail) }))
  }
  const isPlain = (value) => value && Object.getPrototypeOf(value) === Object.prototype
  const mapObject = (object, map) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))

  function shape(value) {
    if (typeof value === 'function') return { function: functions.push(value) - 1 }
    if (Array.isArray(value)) return { array: value.map(shape) }
    if (isPlain(value)) return { object: mapObject(value, shape) }
    return { value: pack([value]) }
  }
  function revive(shaped) {
    if ('function' in shaped)
      return (...values) => fire('callback', { number: shaped.function, values: values.map(shape) })
    if ('object' in shaped) return mapObject(shaped.object, revive)
    if ('array' in shaped) return shaped.array.map(revive)
    return unpack(shaped.value)[0]
  }
  document.addEventListener('__WIRE__call', (event) => {
    const { call, number, values } = JSON.parse(event.detail)
    const reply = (result) => fire('result', { call, ...result })
    const fail = (error) => reply({ error: String(error?.message ?? error) })
    try {
      const result = functions[number](...values.map(revive))
      if (typeof result?.then !== 'function') return reply({ ok: shape(result) })
      reply({ isPromise: true })
      result.then((value) => reply({ ok: shape(value) }), fail)
    } catch (error) {
      fail(error)
    }
  })
  const contextBridge = { exposeInMainWorld: (key, api) => fire('expose', { key, api: shape(api) }) }

  // ---- the preload itself: only `electron` may be required ----
  const modules = { electron: { contextBridge, ipcRenderer } }
  const require = (name) => {
    if (!modules[name]) throw new Error(`module not found: ${name}`)
    return modules[name]
  }
  const module = { exports: {} }
  ;(function (require, process, exports, module) {
    __PRELOAD__
  })(require, __PROCESS__, module.exports, module)
})()
