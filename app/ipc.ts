import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, MessagePortMain } from 'electron'
import { z } from 'zod'
import { ORIGIN } from './app-protocol.ts'
import { CHANNELS } from './channels.ts'

type Ipc = {
  readonly ipcMain: IpcMain
  readonly copyText: (text: string) => Promise<void>
  readonly connect: (port: MessagePortMain) => void
  readonly quit: () => Promise<void>
}

/** Answers the pages. The sender is checked first, then what it sent. */
export function answerPages({ ipcMain, copyText, connect, quit }: Ipc): void {
  const handle = <Input extends unknown[]>(
    channel: string,
    input: z.ZodType<Input>,
    work: (...values: Input) => Promise<void>,
  ) => {
    ipcMain.handle(channel, (event, ...values: unknown[]) => {
      if (!isOurPage(event)) throw new Error(`Refused: ${channel} from a page that is not Portside's`)
      return work(...input.parse(values))
    })
  }
  handle(CHANNELS.copyText, z.tuple([z.string().max(1_000_000)]), copyText)
  handle(CHANNELS.quit, z.tuple([]), quit)

  ipcMain.on(CHANNELS.controlPort, (event) => {
    const [port, ...others] = event.ports
    if (!port || others.length > 0 || !isOurPage(event)) return
    connect(port)
  })
}

/** True for the top frame of a window that shows Portside's own pages. */
function isOurPage(event: IpcMainInvokeEvent | IpcMainEvent): boolean {
  const frame = event.senderFrame
  if (!frame || frame !== event.sender.mainFrame) return false
  return frame.url.startsWith(`${ORIGIN}/`)
}
