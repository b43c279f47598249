/** A port light: the left half is lit. */
export function BrandMark() {
  return (
    <svg className="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect className="brand-mark-plate" width="32" height="32" rx="8" />
      <path className="brand-mark-lit" d="M15 7.05a9 9 0 0 0 0 17.9z" />
      <path className="brand-mark-dark" d="M17.5 8.2a8 8 0 0 1 0 15.6" />
    </svg>
  )
}
