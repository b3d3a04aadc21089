/** Whose name a version bears; the address is nobody's, since versions of public projects are read by everyone. */
export function authorOf(person: { readonly username: string; readonly displayName: string }, at: Date): { name: string; email: string; at: Date } {
  return { name: person.displayName, email: `${person.username}@users.sheaf.invalid`, at };
}
