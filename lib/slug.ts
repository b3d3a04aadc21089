/** Words of addresses: what stands below /projects/ as a page of its own is no project's name. */
const reserved = new Set(["new", "import", "mine", "trash", "public", "page", "pages", "all", "search", "settings"]);

/** A title as it may stand in an address; "" where nothing of it can. */
export function slugOf(title: string): string {
  return title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}+/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80)
    .replace(/-+$/, "");
}

/** What is wrong with an address that somebody chose, in words for them; null where nothing is. */
export function projectSlugProblem(slug: string): string | null {
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(slug)) return "Use lower-case letters, digits and hyphens.";
  return reserved.has(slug) ? "This address is one of the site's own." : null;
}

/** Addresses to try for a title, the nicest first; `random` makes the last one free. */
export function projectSlugs(title: string, username: string, random: string): readonly string[] {
  const plain = slugOf(title) || "project";
  return [plain, `${plain}-${username}`, `${plain}-${random}`].filter((slug) => projectSlugProblem(slug) === null);
}
