/** Snapkeep's mark: a keep with its gate, on blue. */
export function Logo() {
  return (
    <svg width="22" height="22" viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="15" fill="#2f6fed" />
      <path d="M15 49V17h8v6h5v-6h8v6h5v-6h8v32H38V40a6 6 0 0 0-12 0v9z" fill="#fff" />
    </svg>
  );
}
