/** Whether the database cannot be reached, has no room, or is shutting down or starting: then the same statement works later. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = "code" in at ? String(at.code) : "";
    // Classes of PostgreSQL's own codes: 08 connection, 53 resources, 57P operator's intervention; the rest are the driver's and the system's.
    if (/^(?:08|53|57P)/.test(code) || /^(?:CONNECTION_|CONNECT_|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN)/.test(code)) return true;
    // The database's socket, not some file that is missing.
    if (code === "ENOENT" && "syscall" in at && at.syscall === "connect") return true;
  }
  return false;
}
