/** A part of an address as it was typed, or as it came where it is malformed: pages get the parts as they were sent. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
