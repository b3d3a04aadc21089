/** The thin mark of an area: its hue comes from its name, so that a new area needs no choice. */
export function AreaMark({ slug }: { slug: string }) {
  let sum = 0;
  for (const character of slug) sum = (sum * 31 + character.charCodeAt(0)) % 997;
  return <span className="area-mark" aria-hidden="true" style={{ "--hue": String((sum * 137) % 360) } as React.CSSProperties} />;
}
