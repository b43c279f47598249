import type { ProxyStatus } from '../../../contract/status.ts'
import { CopyButton } from '../parts/copy-button.tsx'

type BaseUrlsProps = {
  readonly urls: ProxyStatus['baseUrls'] | null
  readonly copyText: (text: string) => Promise<void>
}

const FAMILIES = [
  { id: 'openai', name: 'OpenAI' },
  { id: 'anthropic', name: 'Anthropic' },
  { id: 'gemini', name: 'Gemini' },
] as const

/** One base URL for each family of clients, as that family wants it. */
export function BaseUrls({ urls, copyText }: BaseUrlsProps) {
  return (
    <ul className="rows" aria-label="Base URLs">
      {FAMILIES.map(({ id, name }) => (
        <li className="row" key={id}>
          <span className="row-name">{name}</span>
          <code className="row-value">{urls?.[id] ?? '…'}</code>
          <CopyButton what={`${name} base URL`} text={urls?.[id] ?? ''} copyText={copyText} />
        </li>
      ))}
    </ul>
  )
}
