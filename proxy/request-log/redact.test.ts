import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from './redact.ts'
import { redactBody, withoutPictures } from './redact-body.ts'
import { createSecretMatcher } from './secret-matcher.ts'

const secret = 'canary/Zx9+tok~en=Ünï-0123456789'
const percent = encodeURIComponent(secret)
const bytes = Buffer.from(secret)
const redactor = createRedactor([secret, 'short1', 'pass "word" \\ with quotes'])

describe('known secrets (SEC-21)', () => {
  it.each([
    ['as it is', secret],
    ['in a sentence', `the key ${secret}, they said`],
    ['percent-encoded', `?x=${percent}`],
    ['percent-encoded in lower case', percent.replaceAll(/%../g, (code) => code.toLowerCase())],
    ['as hex', bytes.toString('hex')],
    ['as HEX', bytes.toString('hex').toUpperCase()],
    ['as JSON', JSON.stringify({ a: secret })],
    ['as JSON with escaped slashes', JSON.stringify(secret).replaceAll('/', '\\/')],
    ['twice in a row', secret + secret],
  ])('are taken out %s', (_, text) => {
    const clean = redactor.text(text)
    expect(clean).toContain('[redacted]')
    for (const form of [
      secret,
      percent,
      percent.toLowerCase(),
      bytes.toString('hex'),
      secret.replaceAll('/', '\\/'),
    ]) {
      expect(clean.toLowerCase()).not.toContain(form.toLowerCase())
    }
  })

  it.each(['', 'a', 'ab', 'abc', 'user:'])('are taken out of Base64 when %j stands before them', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const encoded = Buffer.from(`${before}${secret} and more`).toString(encoding)
      const clean = redactor.text(encoded)
      expect(clean).toContain('[redacted]')
      // What is left of the secret's own characters is at most one on each side.
      expect(Buffer.from(clean.replace('[redacted]', '    '), 'base64').toString('latin1')).not.toContain(
        'tok',
      )
    }
  })

  it('are taken out wherever they stand, whatever stands around them', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(secret, 'short1'), (before, after, value) => {
        expect(redactor.text(before + value + after)).not.toContain(value)
      }),
    )
  })

  it('are taken out of the end of a body that was cut in the middle of one', () => {
    for (let length = 4; length <= secret.length; length += 1) {
      for (const before of [
        '',
        'text ',
        'a longer text, with more in it than a secret has: ',
        'x'.repeat(500),
      ])
        expect(redactor.text(before + secret.slice(0, length), true)).toBe(`${before}[redacted]`)
    }
  })

  it('longer than what the search looks at are taken out whole', () => {
    const cookie = randomBytes(3_000).toString('base64url')
    const long = createRedactor([cookie])
    expect(long.text(`a ${cookie} b`)).toBe('a [redacted] b')
    expect(long.text(`a ${cookie.slice(0, 2_000)}`, true)).toBe('a [redacted]')
  })

  it.each([1, 3, 6, 11])(
    'are all found, with %i characters or more, however many there are and however they share beginnings',
    (least) => {
      const patterns = fc.array(fc.stringMatching(new RegExp(`^[ab]{${least},${least + 6}}$`)), {
        minLength: 1,
        maxLength: 20,
      })
      const gaps = fc.stringMatching(/^[abc]{0,12}$/)
      fc.assert(
        fc.property(patterns, fc.array(fc.tuple(gaps, fc.nat())), (wanted, pieces) => {
          const text = pieces.map(([gap, index]) => gap + wanted[index % wanted.length]).join('')
          const covered = new Set(
            createSecretMatcher(wanted)
              .find(text, false)
              .flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index)),
          )
          const expected = new Set<number>()
          for (const pattern of wanted) {
            for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) {
              for (let index = 0; index < pattern.length; index += 1) expected.add(at + index)
            }
          }
          expect(covered).toEqual(expected)
        }),
      )
    },
  )
})

describe('what looks like a secret (SEC-21)', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'
  it.each([
    ['sk-proj-abcdefghijklmnopqrstuvwx', 'sk-proj'],
    ['sk-ant-api03-abcdefghijklmnopqrstuvwx', 'sk-ant'],
    [`ps-${'a'.repeat(43)}`, 'ps-'],
    ['AIzaSyA1234567890abcdefghijklmnopqrstuv', 'AIza'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'ghp_'],
    ['xoxb-1234567890-abcdefghij', 'xoxb'],
    [jwt, 'eyJ'],
    ['{"authorization":"Bearer some.opaque-token"}', 'opaque'],
    ['{\\"authorization\\":\\"Bearer some.opaque-token\\"}', 'opaque'],
    ['Authorization: Basic dXNlcjpwYXNz', 'dXNl'],
    ['failed with bearer abcdefghijkl', 'abcdefghijkl'],
    ['Cookie: theme=dark; session=abcdef123456', 'abcdef123456'],
    ['"set-cookie":"session=abcdef123456; Path=/"', 'abcdef123456'],
    ['{"api_key":"abcdef123456","password":"hunter22"}', 'hunter22'],
    ['GET https://api.example.com/v1?key=abcdef123456&alt=sse', 'abcdef123456'],
    ['proxy http://user:hunter2@proxy.lan:3128 refused', 'hunter2'],
  ])('%s loses it', (text, gone) => {
    expect(redactor.text(text)).toContain('[redacted]')
    expect(redactor.text(text)).not.toContain(gone)
  })

  it.each([
    ...['x-api-key', 'x-goog-api-key', 'API_KEY', 'apiKey', 'accessToken', 'access-token', 'refresh_token'],
    ...[
      'refreshToken',
      'SESSION_TOKEN',
      'session-token',
      'password',
      'Passwd',
      'clientSecret',
      'client_secret',
    ],
    ...['Authorization', 'proxy-authorization', 'Cookie', 'Set-Cookie'],
  ])('is what stands behind %s', (name) => {
    for (const text of [`${name}: kept-from-all`, `"${name}":"kept-from-all"`, `Ünï ${name}=kept-from-all`])
      expect(redactor.text(text)).not.toContain('kept-from-all')
  })

  it.each(['key', 'token', 'sig', 'signature', 'code', 'auth'])(
    'is what stands behind ?%s= in a URL',
    (name) => {
      expect(redactor.text(`GET /a?${name}=kept-from-all`)).toBe(`GET /a?${name}=[redacted]`)
      expect(redactor.text(`GET /a?b=1&${name}=kept-from-all`)).toBe(`GET /a?b=1&${name}=[redacted]`)
    },
  )

  it.each([
    'gho_',
    'ghp_',
    'ghs_',
    'ghu_',
    'ghr_',
    'github_pat_',
    'xoxa-',
    'pa-',
    'ps-',
    'sk-',
    'eyJ',
    'AIza',
  ])('is what begins with %s', (beginning) => {
    expect(redactor.text(`see ${beginning}${'a1'.repeat(30)}`)).toBe('see [redacted]')
  })

  it('leaves ordinary prompts as they are', () => {
    const prompts = [
      'Explain how a bearer of bad news differs from a token of good will.',
      'Refactor src/keys.ts: the password field is optional, and sk-learn is a library.',
      'What does HTTP 401 mean when the Authorization header is missing?',
      'SELECT name FROM users WHERE id = 42; -- cookies are tasty',
      'Write a haiku about desks, disks-and-tasks, and risk-averse people.',
    ]
    expect(prompts.map((prompt) => redactor.text(prompt))).toEqual(prompts)
  })

  it.each([
    ['beginnings of keys', 'sk-sk-'],
    ['beginnings of tokens', 'eyJeyJ'],
    ['dots', 'eyJa.'],
    ['spaces after a name', 'authorization     '],
    ['open user names', '://a:'],
    ['question marks', '?key='],
    ['at signs', 'a@'],
    ['quotes', '"api_key":"'],
    ['almost a picture', `${'A'.repeat(511)} `],
    ['the beginning of a known secret', secret.slice(0, -1)],
  ])('takes time in proportion to the length of %s', (_, piece) => {
    const cost = (length: number) => {
      const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
      let best = Number.POSITIVE_INFINITY
      for (let round = 0; round < 3; round += 1) {
        const start = performance.now()
        redactBody([Buffer.from(text)], true, redactor)
        best = Math.min(best, performance.now() - start)
      }
      return Math.max(best, 0.5)
    }
    cost(64 * 1024)
    // Eight times the text: a quadratic scan would take 64 times as long.
    expect(cost(1024 * 1024) / cost(128 * 1024)).toBeLessThan(32)
  })
})

describe('URLs and headers', () => {
  it.each([
    ['/v1/models?key=abc&limit=5#top', '/v1/models?key=[redacted]&limit=[redacted]'],
    ['https://user:pass@host.example/a?b', 'https://[redacted]@host.example/a?[redacted]'],
    ['/plain/path', '/plain/path'],
  ])('%s is shown as %s', (url, shown) => {
    expect(redactor.url(url)).toBe(shown)
  })

  it('shows only headers that are known to be harmless', () => {
    const headers = {
      Accept: 'application/json',
      'user-agent': 'claude-cli/2.1.0 (external, cli) host-of-somebody',
      authorization: 'Bearer x',
      'x-forwarded-for': '10.0.0.1',
      'x-ratelimit-remaining': '5',
      'x-request-id': `id-${secret}`,
      cookie: undefined,
    }
    expect(redactor.headers(headers)).toEqual({
      accept: 'application/json',
      'user-agent': 'claude-cli',
      authorization: '[redacted]',
      'x-forwarded-for': '[redacted]',
      'x-ratelimit-remaining': '5',
      'x-request-id': 'id-[redacted]',
    })
  })
})

describe('one-line fields (SEC-29)', () => {
  it('cannot start a line, colour a terminal or reorder text', () => {
    const nasty = 'a\n{"level":"error"}\r\u001b[31mred\u2028\u2029\u202eevil\u0000\u009b\ud800'
    const clean = redactor.line(nasty)
    expect(clean).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
    expect(clean).toContain('\\u000a{"level":"error"}\\u000d\\u001b[31mred\\u2028\\u2029\\u202eevil')
  })

  it('keep letters of all scripts and emoji, and are clamped', () => {
    expect(redactor.line('Grüße, 世界, 👋🏽, नमस्ते')).toBe('Grüße, 世界, 👋🏽, नमस्ते')
    expect(redactor.line('x'.repeat(600))).toHaveLength(512)
  })

  it('parse as one JSON line each, whatever is logged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = JSON.stringify({ message: redactor.line(text) })
        expect(line.split(/[\n\r\u2028\u2029]/)).toHaveLength(1)
        expect(JSON.parse(line).message).not.toMatch(/\p{Cc}/u)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('bodies', () => {
  it('show pictures by kind and size only', () => {
    const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(1_000)]).toString(
      'base64',
    )
    const body = JSON.stringify({ url: `data:image/png;base64,${picture}`, data: picture })
    const clean = redactBody([Buffer.from(body)], false, redactor)
    expect(clean).toMatch(
      /^\{"url":"data:image\/png;base64,\[image\/png, \d+ bytes\]","data":"\[image\/png, \d+ bytes\]"\}$/,
    )
  })

  it('keep what is shorter than a picture, wherever it stands', () => {
    const run = fc
      .constantFrom(3, 511, 512, 513, 1500)
      .map((length) => 'Ab3+/=_-'.repeat(200).slice(0, length))
    const pieces = fc.array(fc.oneof(run, fc.stringMatching(/^[a-z ".ü]{0,9}$/), fc.constant(' ')))
    fc.assert(
      fc.property(pieces, (given) => {
        const text = given.join('')
        const expected = text.replaceAll(
          /[A-Za-z0-9+/=_-]{512,}/g,
          ({ length }) => `[base64, ${Math.floor((length * 3) / 4)} bytes]`,
        )
        expect(withoutPictures(text)).toBe(expected)
      }),
    )
  })

  it('keep their line breaks, and lose a secret that two chunks share', () => {
    const chunks = [`line one\nkey: ${secret.slice(0, 9)}`, `${secret.slice(9)}\n`].map((text) =>
      Buffer.from(text),
    )
    expect(redactBody(chunks, false, redactor)).toBe('line one\nkey: [redacted]\n')
  })
})
