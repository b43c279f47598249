import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { answerPageRequest, readPageFiles } from './app-protocol.ts'

async function pages() {
  const root = await mkdtemp(path.join(os.tmpdir(), 'portside-pages-'))
  const directory = path.join(root, 'renderer')
  await mkdir(path.join(directory, 'assets'), { recursive: true })
  await writeFile(path.join(root, 'secret.txt'), 'secret')
  await writeFile(path.join(directory, 'index.html'), '<!doctype html>')
  await writeFile(path.join(directory, 'assets/index.js'), '1')
  return readPageFiles(directory)
}
const get = (url: string) => ({ url, method: 'GET' })

test('the built files are served with their type and the strict policy', async () => {
  const files = await pages()
  const answers = ['app://bundle/', 'app://bundle/index.html', 'app://bundle/assets/index.js'].map((url) =>
    answerPageRequest(files, get(url)),
  )
  expect(answers.map((answer) => [answer.status, answer.headers.get('content-type')])).toEqual([
    [200, 'text/html; charset=utf-8'],
    [200, 'text/html; charset=utf-8'],
    [200, 'text/javascript; charset=utf-8'],
  ])
  expect(answers[0]?.headers.get('content-security-policy')).toContain(
    "default-src 'none'; script-src 'self'",
  )
})

const TRAVERSALS = [
  '../secret.txt',
  '..%2fsecret.txt',
  '..%2Fsecret.txt',
  '%2e%2e/secret.txt',
  '%2e%2e%2fsecret.txt',
  '.%2e/secret.txt',
  '..%252fsecret.txt',
  '%252e%252e%252fsecret.txt',
  '..%c0%afsecret.txt',
  '%c0%ae%c0%ae/secret.txt',
  '..%e0%80%afsecret.txt',
  '..\\secret.txt',
  '..%5csecret.txt',
  '..%255csecret.txt',
  'assets/../../secret.txt',
  'assets/..%2f..%2fsecret.txt',
  'assets/%2e%2e/%2e%2e/secret.txt',
  '....//secret.txt',
  '..;/secret.txt',
  'index.html%00.txt',
  'index.html%00',
  '%00',
  'C:/Windows/win.ini',
  'C:%5cWindows%5cwin.ini',
  '//server/share/file',
  '%5c%5cserver%5cshare',
  'file:///etc/passwd',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  'etc/passwd',
  'assets',
  'assets/',
  'index.html/',
  './assets//index.js',
  'INDEX.HTML',
  'index.html.',
  'index.html%20',
  'index.html::$DATA',
  '~/.ssh/id_rsa',
  '.',
  '%2e',
  '__proto__',
  'constructor',
]

test.each(TRAVERSALS)('%s leads nowhere', async (name) => {
  const files = await pages()
  const answer = answerPageRequest(files, get(`app://bundle/${name}`))
  const body = await answer.text()
  // The address parser itself resolves "." to the start page; nothing else may be found.
  const isStartPage = body === '<!doctype html>' && ['.', '%2e'].includes(name)
  expect(isStartPage ? 404 : answer.status).toBe(404)
})

test('another host, scheme or method is refused', async () => {
  const files = await pages()
  const statuses = [
    answerPageRequest(files, get('app://elsewhere/index.html')),
    answerPageRequest(files, get('https://bundle/index.html')),
    answerPageRequest(files, get('nonsense')),
    answerPageRequest(files, { url: 'app://bundle/index.html', method: 'POST' }),
  ].map((answer) => answer.status)
  expect(statuses).toEqual([404, 404, 404, 405])
})
