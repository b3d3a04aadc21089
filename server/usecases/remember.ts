/** Keeps what was asked for last, up to a sum of weights; for what never changes under its key. */
export function createMemory<T>(mostWeight: number, weigh: (value: T) => number = () => 1) {
  const kept = new Map<string, { readonly value: T; readonly weight: number }>();
  let sum = 0;
  const forget = (key: string) => {
    sum -= kept.get(key)?.weight ?? 0;
    kept.delete(key);
  };
  return {
    get(key: string): T | undefined {
      const found = kept.get(key);
      if (!found) return undefined;
      // What is used is young again.
      kept.delete(key);
      kept.set(key, found);
      return found.value;
    },
    set(key: string, value: T): void {
      forget(key);
      const weight = weigh(value);
      if (weight > mostWeight) return;
      kept.set(key, { value, weight });
      sum += weight;
      for (const oldest of kept.keys()) {
        if (sum <= mostWeight) break;
        forget(oldest);
      }
    },
  };
}
