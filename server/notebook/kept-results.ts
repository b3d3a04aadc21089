/** Results by name within a budget of bytes; what was not asked for longest goes first. */
export type KeptResults<T> = { readonly get: (name: string) => T | undefined; readonly set: (name: string, value: T, bytes: number) => void };

export function keepResults<T>(budgetBytes: number): KeptResults<T> {
  const kept = new Map<string, { readonly value: T; readonly bytes: number }>();
  let total = 0;
  const drop = (name: string) => {
    total -= kept.get(name)?.bytes ?? 0;
    kept.delete(name);
  };
  return {
    get(name) {
      const found = kept.get(name);
      if (!found) return undefined;
      // The order of a map is that of insertion: put again, it is the newest.
      kept.delete(name);
      kept.set(name, found);
      return found.value;
    },
    set(name, value, bytes) {
      drop(name);
      if (bytes > budgetBytes) return;
      kept.set(name, { value, bytes });
      total += bytes;
      for (const oldest of kept.keys()) {
        if (total <= budgetBytes) break;
        drop(oldest);
      }
    },
  };
}
