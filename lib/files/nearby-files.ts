import type { NearbyFiles } from "#lib/markdown-files.ts";
import { routes } from "#lib/routes.ts";

type InVersion = {
  readonly slug: string;
  readonly commit: string;
  /** Of the text that names other files. */
  readonly path: string;
  /** As the page's address names the version; undefined for the newest. */
  readonly version?: string | undefined;
};

/** The files beside one of a project's version. */
export function nearbyInVersion({ slug, commit, path, version }: InVersion): NearbyFiles {
  return { folder: folderOf(path), page: (other) => routes.projectFiles(slug, other, version), image: (other) => routes.projectRaw(slug, other, commit) };
}

/** The files beside one of one's own home. */
export function nearbyInHome(path: string): NearbyFiles {
  return { folder: folderOf(path), page: (other) => routes.files(other), image: (other) => routes.api.homeFile(other) };
}

function folderOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}
