/// <reference lib="dom" />
import { contextBridge, ipcRenderer } from 'electron'
import { CHANNELS } from './channels.ts'

/** What a page gets: verbs. Neither ipcRenderer nor an event ever crosses. */
contextBridge.exposeInMainWorld('portside', {
  connect: (ticket: string) => {
    const { port1, port2 } = new MessageChannel()
    ipcRenderer.postMessage(CHANNELS.controlPort, null, [port2])
    // A port cannot cross the context bridge; a message of the page's own window carries it.
    window.postMessage(ticket, window.location.origin, [port1])
  },
  copyText: (text: string): Promise<void> => ipcRenderer.invoke(CHANNELS.copyText, text),
  quit: (): Promise<void> => ipcRenderer.invoke(CHANNELS.quit),
  // Chromium does not tell a page that a port's other end has gone; main does.
  onGone: (callback: () => void) => {
    const listener = () => callback()
    ipcRenderer.on(CHANNELS.proxyGone, listener)
    return () => {
      ipcRenderer.removeListener(CHANNELS.proxyGone, listener)
    }
  },
  onShow: (callback: (place: string) => void) => {
    const listener = (_event: unknown, place: string) => callback(place)
    ipcRenderer.on(CHANNELS.show, listener)
    return () => {
      ipcRenderer.removeListener(CHANNELS.show, listener)
    }
  },
})
