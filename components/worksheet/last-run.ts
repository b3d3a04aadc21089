"use client";

/** The last run of each worksheet in this browser, so that a closed tab finds it again; and the link by which a visitor can keep it. */
export type LastRun = { readonly id: string; readonly at: string; readonly claimUrl: string | null };

const keyOf = (worksheetId: string) => `sheaf-last-run-${worksheetId}`;

export function rememberRun(worksheetId: string, run: LastRun): void {
  try {
    // The link is told once: a run that comes again keeps the one it has.
    const known = lastRun(worksheetId);
    const claimUrl = run.claimUrl ?? (known?.id === run.id ? known.claimUrl : null);
    localStorage.setItem(keyOf(worksheetId), JSON.stringify({ ...run, claimUrl }));
  } catch {
    // The address of the page still names the run.
  }
}

export function lastRun(worksheetId: string): LastRun | null {
  try {
    return JSON.parse(localStorage.getItem(keyOf(worksheetId)) ?? "null") as LastRun | null;
  } catch {
    return null;
  }
}

export function forgetRun(worksheetId: string): void {
  try {
    localStorage.removeItem(keyOf(worksheetId));
  } catch {
    // Nothing was kept, then.
  }
}
