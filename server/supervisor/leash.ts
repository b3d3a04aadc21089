/**
 * Loaded before a child of the supervisor (`--import`). When the supervisor vanishes, even by kill -9, the channel
 * to it closes: the child then ends the way it would at SIGTERM, at the latest after a few seconds, and takes with it
 * what it started itself (the supervisor made it the leader of a process group).
 */
const patienceMs = 8_000;

if (process.channel) {
  process.once("disconnect", () => {
    process.once("exit", endOwnGroup);
    setTimeout(() => process.exit(1), patienceMs).unref();
    if (process.listenerCount("SIGTERM") === 0) process.exit(1);
    process.kill(process.pid, "SIGTERM");
  });
  // Nobody reads our words any more once the supervisor is gone; that must not end the cleaning up.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function endOwnGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // Not the leader of a group.
  }
}
