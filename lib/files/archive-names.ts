/**
 * Gives each path a name that unpacks to one place on every system: what other systems read as the end of a folder or of a
 * drive's name, and signs that are no text, become "_"; names that would then stand twice get a number.
 */
export function archiveNames(): (path: string) => string {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  const nameOf = (path: string): string => {
    const known = given.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf("/");
    const folder = slash === -1 ? "" : `${nameOf(path.slice(0, slash))}/`;
    const plain = plainName(path.slice(slash + 1));
    let name = folder + plain;
    // Other systems hold "a" and "A" for one name.
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = folder + numbered(plain, number);
    taken.add(name.toLowerCase());
    given.set(path, name);
    return name;
  };
  return nameOf;
}

function plainName(name: string): string {
  const plain = name.toWellFormed().replace(/[\\:\p{Cc}]/gu, "_");
  return /^\.{1,2}$/.test(plain) || plain === "" ? "_" : plain;
}

function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)} (${number})${name.slice(dot)}` : `${name} (${number})`;
}
