import type { Home } from "./ports/homes.ts";

/** Above what distributions, containers and the kernels of worksheets use. */
const firstUid = 700_000;

/** Whose files a person's are. As root everybody has a uid of their own, so that one person's programs never read another's home. */
export function personHome(user: { readonly username: string; readonly uidOffset: number | null }): Home {
  const uid = process.getuid?.() === 0 && user.uidOffset !== null ? firstUid + user.uidOffset : null;
  return { username: user.username, uid };
}
