import Docker from "dockerode";
import { z } from "zod";

/** Where the container engine listens: "unix:///var/run/docker.sock" or "tcp://host:port". */
export function openEngine(address: string): Docker {
  const url = new URL(address);
  if (url.protocol === "unix:") return new Docker({ socketPath: url.pathname });
  return new Docker({ protocol: "http", host: url.hostname, port: Number(url.port) || 2375 });
}

const problemSchema = z.object({
  code: z.string().optional(),
  statusCode: z.number().optional(),
  message: z.string().optional(),
  json: z.object({ message: z.string() }).optional().catch(undefined),
});
type Problem = z.infer<typeof problemSchema>;

const readProblem = (error: unknown): Problem => problemSchema.safeParse(error).data ?? {};

/** Nobody answers there now; somebody may, later. */
export function isAway(error: unknown): boolean {
  const { code = "", message = "" } = readProblem(error);
  return ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTCONN"].includes(code) || /socket hang up|other side closed/.test(message);
}

/** What it was asked about is not there (any more). */
export function isAbsent(error: unknown): boolean {
  return readProblem(error).statusCode === 404;
}

/** It is there and in a state in which this cannot be done: stopped already, being removed. */
export function isBeside(error: unknown): boolean {
  const { statusCode } = readProblem(error);
  return statusCode === 404 || statusCode === 409 || statusCode === 304;
}

/** In words for the operator: what is wrong, and what to type. */
export function explainProblem(error: unknown, address: string): string {
  const problem = readProblem(error);
  const said = problem.json?.message ?? problem.message ?? String(error);
  if (problem.code === "EACCES" || problem.code === "EPERM")
    return `This account may not speak to the container engine at ${address}. Run Sheaf as root, or add the account to the group that owns the socket (usermod -aG docker NAME), then sign in again.`;
  if (isAway(error))
    return `No container engine answers at ${address}. Start it (systemctl start docker), install one (apt-get install docker.io), or say where it is with SHEAF_DOCKER_HOST.`;
  // Of a file of ours: what the container engine says of its own comes with a status.
  if (problem.code === "ENOSPC" || problem.code === "EDQUOT") return `Sheaf's own disk is full. Make room in its data folder. It said: ${said}`;
  if (/no space left on device|disk quota exceeded/i.test(said))
    return `The container engine has no disk space left. Remove images that nobody uses (docker image prune), or give it more room. It said: ${said}`;
  if (/unknown runtime|runtime.*not found/i.test(said))
    return `The container engine does not know the runtime that SHEAF_DOCKER_RUNTIME names. Add it to its daemon.json, or leave the setting empty. It said: ${said}`;
  return problem.statusCode === undefined ? said : `The container engine refused: ${said}`;
}
