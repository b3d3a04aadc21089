import { type ChildProcess, execFile, type SpawnOptions, spawn } from "node:child_process";
import { promisify } from "node:util";

/**
 * PostgreSQL refuses to run as root. Root therefore runs it as a system user of its own; an ordinary user runs it
 * as themselves.
 */
export type Owner =
  | { readonly kind: "self" }
  | {
      readonly kind: "other";
      readonly uid: number;
      readonly gid: number;
      /** Whether root may mount here; in a plain container it may not, and folders must then be open to pass through. */
      readonly mayMount: boolean;
    };

export type RunPlace = { readonly owner: Owner; readonly binaries: string; readonly cluster: string; readonly runtimeFolder: string };

const systemUser = "sheaf-postgres";
const run = promisify(execFile);

export async function chooseOwner(): Promise<Owner> {
  if (process.getuid?.() !== 0) return { kind: "self" };
  const known = await idsOf(systemUser);
  if (known) return known;
  // Debian's useradd races with itself; losing such a race leaves the user made, which is all that is wanted.
  await run("useradd", ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", systemUser]).catch(
    () => {},
  );
  const made = await idsOf(systemUser);
  if (!made)
    throw new Error(`The system user ${systemUser} is missing and could not be made: run "useradd --system --user-group ${systemUser}", or set DATABASE_URL.`);
  return made;
}

async function idsOf(name: string): Promise<Extract<Owner, { kind: "other" }> | null> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    const mayMount = await run("unshare", ["--mount", "true"]).then(
      () => true,
      () => false,
    );
    return { kind: "other", uid: Number(uid.stdout), gid: Number(gid.stdout), mayMount };
  } catch {
    return null;
  }
}

// The mounts are seen by this process alone, and give an unprivileged user two folders that lie below a closed one
// (/root, for example) under short open paths. $1 runtime folder, $2 binaries, $3 cluster, then the command.
const mountScript = `
set -e
mkdir -p "$1/binaries" "$1/cluster"
mount --bind "$2" "$1/binaries"
mount --bind "$3" "$1/cluster"
shift 3
exec "$@"`;

/** Runs one of the binaries as the owner; it gets SIGINT when this process vanishes, and none of its environment. */
export function runAsOwner(place: RunPlace, program: "initdb" | "postgres", parameters: (cluster: string) => readonly string[]): ChildProcess {
  const { owner, runtimeFolder } = place;
  const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C", LC_ALL: "C", TZ: "UTC", HOME: "/" };
  // Set after the change of user, which would clear it. Its own session: Ctrl-C is for the supervisor, which ends it last.
  const dying = ["setpriv", "--pdeathsig", "INT", "--"];
  const options: SpawnOptions = {
    cwd: "/",
    env: environment as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  };
  const direct = [...dying, `${place.binaries}/bin/${program}`, ...parameters(place.cluster)];
  if (owner.kind === "self") return spawn("setpriv", direct.slice(1), options);
  const asOwner = ["setpriv", "--reuid", String(owner.uid), "--regid", String(owner.gid), "--clear-groups", "--no-new-privs", "--inh-caps", "-all", "--"];
  if (!owner.mayMount) return spawn("setpriv", [...asOwner.slice(1), ...direct], options);
  const command = [...asOwner, ...dying, `${runtimeFolder}/binaries/bin/${program}`, ...parameters(`${runtimeFolder}/cluster`)];
  return spawn(
    "unshare",
    ["--mount", "--propagation", "private", "--", "sh", "-c", mountScript, "sh", runtimeFolder, place.binaries, place.cluster, ...command],
    options,
  );
}
