/** Numbers, sizes and times as words; pure, the present passed in. */
const minute = 60_000;
const steps = [
  { limit: 60 * minute, unit: minute, name: "minute" },
  { limit: 24 * 60 * minute, unit: 60 * minute, name: "hour" },
  { limit: 30 * 24 * 60 * minute, unit: 24 * 60 * minute, name: "day" },
  { limit: 365 * 24 * 60 * minute, unit: 30 * 24 * 60 * minute, name: "month" },
  { limit: Number.POSITIVE_INFINITY, unit: 365 * 24 * 60 * minute, name: "year" },
] as const;

/** "3 days ago", "a moment ago". */
export function formatAge(iso: string, now: number): string {
  const age = Math.max(0, now - Date.parse(iso));
  if (!(age >= minute)) return "a moment ago";
  const step = steps.find((candidate) => age < candidate.limit) ?? steps[4];
  const count = Math.max(1, Math.floor(age / step.unit));
  return `${count} ${step.name}${count === 1 ? "" : "s"} ago`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KB", "MB", "GB", "TB"];
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${amount.toFixed(amount < 10 && !Number.isInteger(amount) ? 1 : 0)} ${units[power - 1]}`;
}

/** "0.14 s", "12 s", "3 min 5 s". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "23 November 2026, 06:05 UTC": the same for every reader, as a record should be. */
export function formatInstant(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })}, ${date.toISOString().slice(11, 16)} UTC`;
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 10);
}
