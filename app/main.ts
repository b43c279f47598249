import { randomBytes } from 'node:crypto'
import path from 'node:path'
import {
  app,
  clipboard,
  ipcMain,
  MessageChannelMain,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  utilityProcess,
} from 'electron'
import { answerPageRequest, readPageFiles, SCHEME } from './app-protocol.ts'
import { setApplicationMenu } from './application-menu.ts'
import { PLACES } from './channels.ts'
import { copyBaseUrl } from './copy-base-url.ts'
import { answerPages } from './ipc.ts'
import { createPreferences } from './preferences.ts'
import { ProxyHost } from './proxy-host.ts'
import { createQuitting } from './quit.ts'
import { loadSealKey } from './seal-key.ts'
import { denyPermissions } from './secure-window.ts'
import { createTray } from './tray.ts'
import type { TrayAction, TrayView } from './tray-menu.ts'
import { watchSleep } from './watch-sleep.ts'
import { MainWindow } from './windows.ts'

const built = path.join(import.meta.dirname, '..')
const { platform } = process
let host: ProxyHost | undefined

// A second start only shows the window of the first.
if (!app.requestSingleInstanceLock()) app.exit(0)
app.enableSandbox()
app.setAppUserModelId('dev.portside.app')
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
])
setApplicationMenu(platform)

const quitting = createQuitting(app, () => host)
const window = new MainWindow(path.join(built, 'preload/index.cjs'), quitting.isQuitting)
const copyText = async (text: string) => clipboard.writeText(text)

app.on('second-instance', () => window.show())
app.on('activate', () => window.show())
// Without a listener Electron would quit with the last window; the tray keeps the app.
app.on('window-all-closed', () => undefined)

// Never awaited here: Electron becomes ready only after this module has been evaluated.
void app.whenReady().then(start)

async function start(): Promise<void> {
  if (platform === 'darwin') app.dock?.hide()
  denyPermissions(session.defaultSession)
  const files = await readPageFiles(path.join(built, 'renderer'))
  protocol.handle(SCHEME, (request) => answerPageRequest(files, request))
  const preferences = createPreferences()
  const seal = await loadSealKey({
    system: safeStorage,
    platform,
    file: path.join(app.getPath('userData'), 'seal.key'),
    randomBytes,
  })
  const proxy = new ProxyHost({
    fork: () =>
      utilityProcess.fork(path.join(built, 'main/proxy-process.js'), [], { serviceName: 'Portside proxy' }),
    createChannel: () => new MessageChannelMain(),
    begin: {
      home: app.getPath('userData'),
      sealKey: seal.key,
      version: app.getVersion(),
      // The window has its own copy of the pages; the desktop serves none over HTTP.
      uiDirectory: null,
      notices: seal.attention ? [seal.attention] : [],
    },
    onView: () => tray.show(view()),
    onGone: () => window.announceProxyGone(),
  })
  host = proxy
  const view = (): TrayView => ({ ...proxy.view, startsOnLaunch: preferences.startsOnLaunch() })
  const perform = createPerform(proxy, () => {
    preferences.setStartsOnLaunch(!preferences.startsOnLaunch())
    tray.show(view())
  })
  const tray = createTray({
    assets: path.join(import.meta.dirname, 'assets'),
    platform,
    view: view(),
    perform,
  })
  answerPages({ ipcMain, copyText, connect: (port) => proxy.connect(port), quit: quitting.ask })
  watchSleep(powerMonitor, Date.now, (sleptMs) => proxy.wake(sleptMs))
  proxy.launch(preferences.startsOnLaunch())
  if (!process.argv.includes('--hidden')) window.show()
  if (process.env.APP_TEST) Object.assign(globalThis, { portsideTest: { menu: tray.menu } })
}

/** What each entry of the tray's menu does. */
function createPerform(proxy: ProxyHost, toggleStartOnLaunch: () => void) {
  const act: Record<Exclude<TrayAction['do'], 'copy'>, () => unknown> = {
    start: () => proxy.start(),
    stop: () => proxy.stop(),
    'open-home': () => window.show(PLACES.home),
    'open-requests': () => window.show(PLACES.requests),
    'toggle-start-on-launch': toggleStartOnLaunch,
    quit: () => quitting.ask(),
  }
  return (action: TrayAction) => {
    const done =
      action.do === 'copy'
        ? copyBaseUrl({ ...action, status: proxy.view.status, copyText })
        : act[action.do]()
    // A start or stop that fails shows as the state in the menu itself.
    void Promise.resolve(done).catch(() => undefined)
  }
}
