import { digestOf, randomText } from "#server/ids.ts";

const prefix = "sheaf_";

/** 160 random bits behind a prefix that scanners of leaked secrets can look for. */
export function newTokenText(): string {
  return `${prefix}${randomText(32)}`;
}

export function tokenHashOf(text: string): string | null {
  return new RegExp(`^${prefix}[0-9a-z]{32}$`).test(text) ? digestOf(text) : null;
}
