/** Typed addresses. Pages, e-mails, API answers and tests build links only here. */
export const routes = {
  gallery: () => "/",
  area: (slug: string) => `/areas/${encodeURIComponent(slug)}`,
  search: (query: string) => `/search?q=${encodeURIComponent(query)}`,
  worksheet: (slug: string) => `/worksheets/${encodeURIComponent(slug)}`,
  project: (slug: string) => `/projects/${encodeURIComponent(slug)}`,
  projects: () => "/projects",
  run: (id: string) => `/runs/${id}`,
  claim: (id: string, key: string) => `/claim/${id}?key=${encodeURIComponent(key)}`,
  me: () => "/me",
  signIn: (next?: string) => (next ? `/sign-in?next=${encodeURIComponent(next)}` : "/sign-in"),
  signUp: (next?: string) => (next ? `/sign-up?next=${encodeURIComponent(next)}` : "/sign-up"),
  firstAdministrator: (key: string) => `/first-administrator?key=${encodeURIComponent(key)}`,
  thumbnail: (digest: string) => `/thumbnails/${digest.replace("sha256:", "")}`,
  runFile: (id: string, path: string) => `/runs/${id}/files/${path.split("/").map(encodeURIComponent).join("/")}`,
  runOutput: (id: string, cell: number, position: number) => `/runs/${id}/outputs/${cell}/${position}`,
  api: {
    run: (id: string) => `/api/v1/runs/${id}`,
    runEvents: (id: string) => `/api/v1/runs/${id}/events`,
    runNotebook: (id: string) => `/api/v1/runs/${id}/notebook`,
    worksheetRuns: (id: string) => `/api/v1/worksheets/${id}/runs`,
    uploads: () => "/api/v1/uploads",
    me: () => "/api/v1/me",
  },
} as const;

/** Only a path of this site, parsed: "//evil", "/\evil", "https:evil" and what becomes one of them ("/.//evil") all fall back. */
export function safeNext(next: string | null | undefined, fallback = "/"): string {
  if (!next?.startsWith("/")) return fallback;
  const base = "http://sheaf.invalid";
  const url = URL.canParse(next, base) ? new URL(next, base) : null;
  return url && url.origin === base && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}${url.hash}` : fallback;
}
