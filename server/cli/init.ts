import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { loadConfig } from "#server/config.ts";
import { CommandProblem } from "./command-problem.ts";
import { nginxConfig } from "./nginx-config.ts";

const root = path.resolve(import.meta.dirname, "../..");
const copied = [
  ["docker-compose.yml", "docker-compose.yml"],
  ["deploy/from-debian.yml", "from-debian.yml"],
  ["deploy/swarm/stack.yml", "stack.yml"],
  ["deploy/prometheus/prometheus.yml", "prometheus.yml"],
  ["deploy/gitlab/make-token.rb", "gitlab/make-token.rb"],
] as const;

/** `./sheaf init FOLDER --url https://HOST`: the folder that `docker compose` is typed in. Writes over nothing. */
export async function initByCommand(words: { readonly folder: string | undefined; readonly url: string | undefined }): Promise<number> {
  if (!words.folder) throw new CommandProblem("Say in which folder: ./sheaf init FOLDER --url https://sheaf.example.org");
  const url = publicUrlOf(words.url);
  const folder = path.resolve(words.folder);
  if (!/^[\w./-]+$/.test(folder)) throw new CommandProblem(`${folder}: only letters, digits and ._-/ can stand in a path that is mounted.`);
  const found = await readdir(folder).catch(() => []);
  if (found.length > 0) throw new CommandProblem(`${folder} is not empty (${found.slice(0, 3).join(", ")}…). Nothing is written over: name another folder.`);
  await makeFolder(folder, url);
  console.log(nextSteps(folder, url));
  return 0;
}

/** What the files say; a bad setting throws before anything is written. */
export async function makeFolder(folder: string, url: URL): Promise<void> {
  const settings = settingsOf(folder, url);
  // The same reading as at every start.
  loadConfig(settings);
  const isSecure = url.protocol === "https:";
  const config = await nginxConfig({
    publicUrl: url.origin,
    gateway: "gateway:3000",
    decisions: "gateway:3100",
    runFolder: "/run/nginx",
    listen: isSecure ? "443" : "80",
    tls: isSecure ? { certificate: "/etc/sheaf/tls/fullchain.pem", key: "/etc/sheaf/tls/privkey.pem" } : null,
    accessLog: "/dev/stdout brief",
    main: "user root;",
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of ["data", "backups", "tls"]) await mkdir(path.join(folder, name), { mode: name === "data" ? 0o711 : 0o700 });
  for (const [from, to] of copied) {
    await mkdir(path.dirname(path.join(folder, to)), { recursive: true, mode: 0o755 });
    await copyFile(path.join(root, from), path.join(folder, to));
  }
  await writeSecrets(path.join(folder, "secrets"), settings);
  await writeFile(path.join(folder, "nginx.conf"), config, { flag: "wx" });
  await writeFile(path.join(folder, ".env"), printSettings(settings), { flag: "wx", mode: 0o600 });
}

/** For a swarm, which lays them into its containers as files. */
async function writeSecrets(folder: string, settings: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  const { SHEAF_SECRET: secret = "", POSTGRES_PASSWORD: password = "" } = settings;
  const files = { secret, postgres_password: password, database_url: `postgres://sheaf:${password}@postgres:5432/sheaf`, registry_password: "" };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), `${text}\n`, { flag: "wx", mode: 0o600 });
}

function publicUrlOf(text: string | undefined): URL {
  if (text === undefined) throw new CommandProblem("Say the address that people will type: --url https://sheaf.example.org");
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search !== "" || url.username !== "")
    throw new CommandProblem(`"${text}" is no address: an origin such as https://sheaf.example.org is meant.`);
  // Labs have hosts below it, which an address of numbers cannot have.
  if (/^[\d.]+$|^\[/.test(url.hostname) || !/^[a-z0-9.-]+$/.test(url.hostname))
    throw new CommandProblem(`"${url.hostname}" is no name: labs get names below it.`);
  if (url.port !== "") throw new CommandProblem("An address without a port is meant: nginx listens on 80 and 443.");
  return url;
}

/** Every secret is drawn here; nothing has a default that somebody else knows. */
function settingsOf(folder: string, url: URL): Record<string, string> {
  const secret = () => randomBytes(32).toString("base64url");
  return {
    SHEAF_URL: url.origin,
    SHEAF_DATA: path.join(folder, "data"),
    SHEAF_BACKUPS: path.join(folder, "backups"),
    SHEAF_SOURCE: root,
    SHEAF_IMAGE: "sheaf-app",
    SHEAF_SECRET: secret(),
    POSTGRES_PASSWORD: secret(),
    LDAP_SUFFIX: url.hostname
      .split(".")
      .map((part) => `dc=${part}`)
      .join(","),
    LDAP_ADMIN_PASSWORD: secret(),
    LDAP_SERVICE_PASSWORD: secret(),
    LDAP_KDC_PASSWORD: secret(),
    KERBEROS_REALM: url.hostname.toUpperCase(),
    KERBEROS_MASTER_PASSWORD: secret(),
    KERBEROS_ADMIN_PASSWORD: secret(),
    KEYSTONE_ADMIN_PASSWORD: secret(),
    GITLAB_ROOT_PASSWORD: secret(),
    GITLAB_TOKEN: `glpat-${secret()}`,
    SHEAF_REGISTRATION: "closed",
    SHEAF_VISITOR_RUNS: "on",
    SHEAF_HOME_MB: "5120",
  };
}

function printSettings(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return `# Settings and secrets of this house, read by docker compose. Keep a copy where backups are not: they do not hold it.\n${lines.join("\n")}\n`;
}

function nextSteps(folder: string, url: URL): string {
  const names = `${url.hostname} and *.${url.hostname}`;
  const tls =
    url.protocol === "https:"
      ? `Put a certificate for ${names} into ${path.join(folder, "tls")}: fullchain.pem and privkey.pem.\n     (A wildcard: from Let's Encrypt by its DNS challenge, or your own authority.)`
      : "Without TLS passwords travel readable: for a trial in a closed network only.";
  return `Made: ${folder}
Next:
  1. Let the names ${names} lead to this machine.
  2. ${tls}
  3. Make the images of kernels and labs, once: ./sheaf images build
  4. cd ${folder} && docker compose build && docker compose up -d
  5. docker compose logs prepare   shows the link that makes the first administrator.
Every day: docker compose run --rm backup. Keep a copy of ${path.join(folder, ".env")} elsewhere: it holds the secrets.`;
}
