/** Typed addresses. Pages, e-mails, API answers and tests build links only here. */
export const routes = {
  gallery: () => "/",
  area: (slug: string) => `/areas/${encodeURIComponent(slug)}`,
  search: (query: string) => `/search?q=${encodeURIComponent(query)}`,
  worksheet: (slug: string) => `/worksheets/${encodeURIComponent(slug)}`,
  project: (slug: string) => `/projects/${encodeURIComponent(slug)}`,
  projects: () => "/projects",
  /** With word of one that was just deleted. */
  projectDeleted: (id: string) => `/projects?deleted=${encodeURIComponent(id)}`,
  newProject: () => "/projects/new",
  /** With all that was typed for an attempt that failed. */
  newProjectAgain: (projectId: string) => `/projects/new?again=${encodeURIComponent(projectId)}`,
  /** Files of a version; without `version` of the newest. */
  projectFiles: (slug: string, path = "", version?: string) =>
    `/projects/${encodeURIComponent(slug)}/files${path === "" ? "" : `/${encodePath(path)}`}${version ? `?version=${version}` : ""}`,
  /** The file's bytes, as a download. */
  projectRaw: (slug: string, path: string, commit: string) => `/projects/${encodeURIComponent(slug)}/raw/${commit}/${encodePath(path)}`,
  /** Below it are the heavy outputs of a notebook: `/<cell>/<position>`. */
  projectOutputs: (slug: string, path: string, commit: string) => `/projects/${encodeURIComponent(slug)}/outputs/${commit}/${encodePath(path)}`,
  projectVersions: (slug: string) => `/projects/${encodeURIComponent(slug)}/versions`,
  projectVersion: (slug: string, commit: string) => `/projects/${encodeURIComponent(slug)}/versions/${commit}`,
  projectCompare: (slug: string, from: string, to: string) => `/projects/${encodeURIComponent(slug)}/compare?from=${from}&to=${to}`,
  projectChanges: (slug: string) => `/projects/${encodeURIComponent(slug)}/changes`,
  projectSettings: (slug: string) => `/projects/${encodeURIComponent(slug)}/settings`,
  projectCopy: (slug: string) => `/projects/${encodeURIComponent(slug)}/copy`,
  projectUpstream: (slug: string) => `/projects/${encodeURIComponent(slug)}/upstream`,
  projectParameters: (slug: string, path: string) => `/projects/${encodeURIComponent(slug)}/parameters?path=${encodeURIComponent(path)}`,
  lab: (slug: string, path?: string) => `/projects/${encodeURIComponent(slug)}/lab${path ? `?path=${encodeURIComponent(path)}` : ""}`,
  files: (path = "") => (path === "" ? "/files" : `/files/${encodePath(path)}`),
  homeTrash: () => "/files?view=trash",
  /** Heavy outputs of a notebook in one's home, below this address. */
  homeOutputs: (path: string) => `/home-outputs/${encodePath(path)}`,
  running: () => "/running",
  officialRequests: () => "/admin/requests",
  officialRequest: (slug: string) => `/admin/requests/${encodeURIComponent(slug)}`,
  run: (id: string) => `/runs/${id}`,
  claim: (id: string, key: string) => `/claim/${id}?key=${encodeURIComponent(key)}`,
  me: () => "/me",
  signIn: (next?: string) => (next ? `/sign-in?next=${encodeURIComponent(next)}` : "/sign-in"),
  signUp: (next?: string) => (next ? `/sign-up?next=${encodeURIComponent(next)}` : "/sign-up"),
  firstAdministrator: (key: string) => `/first-administrator?key=${encodeURIComponent(key)}`,
  thumbnail: (digest: string) => `/thumbnails/${digest.replace("sha256:", "")}`,
  runFile: (id: string, path: string) => `/runs/${id}/files/${encodePath(path)}`,
  runOutput: (id: string, cell: number, position: number) => `/runs/${id}/outputs/${cell}/${position}`,
  api: {
    run: (id: string) => `/api/v1/runs/${id}`,
    runEvents: (id: string) => `/api/v1/runs/${id}/events`,
    runNotebook: (id: string) => `/api/v1/runs/${id}/notebook`,
    worksheetRuns: (id: string) => `/api/v1/worksheets/${id}/runs`,
    uploads: () => "/api/v1/uploads",
    me: () => "/api/v1/me",
    projects: () => "/api/v1/projects",
    project: (id: string) => `/api/v1/projects/${id}`,
    projectImport: () => "/api/v1/projects/import",
    projectFile: (id: string, path: string) => `/api/v1/projects/${id}/files/${encodePath(path)}`,
    projectVersions: (id: string) => `/api/v1/projects/${id}/versions`,
    projectWorkingCopy: (id: string) => `/api/v1/projects/${id}/working-copy`,
    projectWorksheets: (id: string) => `/api/v1/projects/${id}/worksheets`,
    projectCopies: (id: string) => `/api/v1/projects/${id}/copies`,
    projectEnvironmentEvents: (id: string) => `/api/v1/projects/${id}/environment/events`,
    projectLab: (id: string) => `/api/v1/projects/${id}/lab`,
    sessions: () => "/api/v1/sessions",
    session: (id: string) => `/api/v1/sessions/${id}`,
    sessionEvents: (id: string) => `/api/v1/sessions/${id}/events`,
    sessionKeep: (id: string) => `/api/v1/sessions/${id}/keep`,
    sessionTickets: (id: string) => `/api/v1/sessions/${id}/tickets`,
    homeFile: (path: string) => `/api/v1/home/files/${encodePath(path)}`,
    homeFiles: (folder: string) => `/api/v1/home/files?folder=${encodeURIComponent(folder)}`,
    homeArchive: (folder: string) => `/api/v1/home/archive?folder=${encodeURIComponent(folder)}`,
    homeUploads: () => "/api/v1/home/uploads",
    homeUpload: (id: string) => `/api/v1/home/uploads/${id}`,
    homeTrash: () => "/api/v1/home/trash",
    trashed: (id: string) => `/api/v1/home/trash/${id}`,
  },
} as const;

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Only a path of this site, parsed: "//evil", "/\evil", "https:evil" and what becomes one of them ("/.//evil") all fall back. */
export function safeNext(next: string | null | undefined, fallback = "/"): string {
  if (!next?.startsWith("/")) return fallback;
  const base = "http://sheaf.invalid";
  const url = URL.canParse(next, base) ? new URL(next, base) : null;
  return url && url.origin === base && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}${url.hash}` : fallback;
}

/** Whether a copy of a project is made there as soon as the person who asked for it is signed in. */
export function leadsToCopy(next: string | null): boolean {
  return next !== null && /^\/projects\/[^/?#]+\/copy(?:[?#]|$)/.test(next);
}
