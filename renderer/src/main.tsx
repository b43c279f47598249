import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createApi } from './api.ts'
import { App } from './app.tsx'
import { takeTicket } from './shell/ticket.ts'
import './design/tokens.css'
import './design/base.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App api={createApi(window)} ticket={takeTicket(window)} />
  </StrictMode>,
)
