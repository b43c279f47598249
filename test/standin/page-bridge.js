// The page's half of the context bridge, run before the page's own scripts. Only cloned values and the numbers of
// functions cross between the worlds, as events of the document.
;(() => {
  if (window !== window.top) return
  const calls = new Map()
  const callbacks = []
  let lastCall = 0

  const pack = (value) =>
    JSON.stringify(structuredClone(value), (_key, part) => {
      if (part instanceof Uint8Array) return { $bytes: [...part] }
      return part === undefined ? { $undefined: 1 } : part
    })
  const unpack = (text) =>
    JSON.parse(text, (_key, part) => {
      if (part?.$bytes) return new Uint8Array(part.$bytes)
      return part?.$undefined ? undefined : part
    })
  const isPlain = (value) => value && Object.getPrototypeOf(value) === Object.prototype
  const mapObject = (object, map) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))

  function shape(value) {
    if (typeof value === 'function') return { function: callbacks.push(value) - 1 }
    if (Array.isArray(value)) return { array: value.map(shape) }
    if (isPlain(value)) return { object: mapObject(value, shape) }
    return { value: pack([value]) }
  }
  function revive(shaped) {
    if ('function' in shaped) return remote(shaped.function)
    if ('object' in shaped) return Object.freeze(mapObject(shaped.object, revive))
    if ('array' in shaped) return shaped.array.map(revive)
    return unpack(shaped.value)[0]
  }
  function settle(result) {
    if (result.error !== undefined) throw new Error(result.error)
    return revive(result.ok)
  }
  const remote =
    (number) =>
    (...values) => {
      const call = ++lastCall
      const results = []
      calls.set(call, (result) => results.push(result))
      const detail = JSON.stringify({ call, number, values: values.map(shape) })
      document.dispatchEvent(new CustomEvent('__WIRE__call', { detail }))
      if (!results[0]?.isPromise) {
        calls.delete(call)
        return settle(results[0])
      }
      return new Promise((resolve) => {
        calls.set(call, (result) => {
          calls.delete(call)
          resolve(result)
        })
      }).then(settle)
    }

  document.addEventListener('__WIRE__result', (event) => {
    const result = JSON.parse(event.detail)
    calls.get(result.call)?.(result)
  })
  document.addEventListener('__WIRE__callback', (event) => {
    const { number, values } = JSON.parse(event.detail)
    callbacks[number](...values.map(revive))
  })
  document.addEventListener('__WIRE__expose', (event) => {
    const { key, api } = JSON.parse(event.detail)
    Object.defineProperty(window, key, { value: revive(api), enumerable: true })
  })
})()
