/** Shorter ones would be found in every second number. */
const MINIMUM_LENGTH = 6
const MINIMUM_ENCODED_LENGTH = 8

/** The ways in which a secret can turn up in a text: raw, JSON, percent, hex, and Base64 at each of three offsets. */
export function formsOfSecret(secret: string): string[] {
  if (secret.length < MINIMUM_LENGTH) return []
  const bytes = Buffer.from(secret, 'utf8')
  const percent = encodePercent(secret)
  const json = JSON.stringify(secret).slice(1, -1)
  const hex = bytes.toString('hex')
  const encoded = [hex, hex.toUpperCase(), ...base64Forms(bytes)].filter(
    (form) => form.length >= MINIMUM_ENCODED_LENGTH,
  )
  return [...new Set([secret, json, json.replaceAll('/', '\\/'), ...percent, ...encoded])]
}

function encodePercent(secret: string): string[] {
  const encoded = encodeURIComponent(secret.toWellFormed())
  const lower = encoded.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
  return [encoded, lower, encoded.replaceAll('%20', '+'), lower.replaceAll('%20', '+')]
}

/** Inside a longer text the secret starts at byte 0, 1 or 2 of a group of three; characters shared with neighbours go. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
    const text = padded.toString('base64').replaceAll('=', '')
    const first = offset === 0 ? 0 : offset + 1
    const last = padded.length % 3 === 0 ? text.length : text.length - 1
    const stable = text.slice(first, last)
    return [stable, stable.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
