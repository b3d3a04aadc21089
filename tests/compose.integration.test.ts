import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv, promisify } from "node:util";
import { type Browser, chromium, type Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { hasImage } from "#server/adapters/environments/docker/site-for-a-test.ts";
import { openEngine } from "#server/adapters/kernels/docker/engine.ts";
import { loadConfig } from "#server/config.ts";
import { untilTrue } from "./lab-visit.ts";
import { copySource, makeSet, type ProductionSet, publicUrl, whyNoSet } from "./production-set.ts";
import { createClient, type SheafClient } from "./sheaf-client.ts";

const reason = whyNoSet();
if (reason !== null) console.log(`skipped: ${reason}`);

/** What not every machine has: an image of gigabytes that nobody builds, and NFS in the operating system's kernel. */
const canHave = {
  gitlab: reason === null && (await hasImage("gitlab/gitlab-ce:19.3.0-ce.0")),
  nfs: reason === null && /\bnfs4\b/.test(readFileSync("/proc/filesystems", "utf8")),
};
for (const [what, isThere] of Object.entries(canHave)) if (!isThere) console.log(`skipped: ${what} cannot be had here`);

/** Images take minutes, once; a start takes what the slowest of the checks takes. */
const buildMs = 1_800_000;
const startMs = 600_000;
const name = "sheaf-tested";
const person = { username: "ada", password: "correct horse battery" };

/** The process in each container that does its work, as it is called. */
const mains: Readonly<Record<string, RegExp>> = {
  web: /next-server/,
  engine: /server\/engine\/main\.ts/,
  gateway: /server\/gateway\/main\.ts/,
  nginx: /nginx: master process/,
  postgres: /postgres -D/,
  openldap: /slapd -u openldap/,
};

describe.skipIf(reason !== null)("the production set", () => {
  let place: string;
  let set: ProductionSet;
  let second: ProductionSet | undefined;
  let browser: Browser | undefined;
  let ada: SheafClient;

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), "sheaf-set-"));
    const source = path.join(place, "source");
    await copySource(source);
    set = await makeSet(path.join(place, "house"), name, source);
    await leaveNothing(set);
    await set.compose("build", "prepare", "nginx", "postgres", "openldap");
  }, buildMs);

  afterAll(async () => {
    await browser?.close();
    for (const one of [set, second]) if (one) await leaveNothing(one).catch((error) => console.error(error));
    await rm(place, { recursive: true, force: true });
  }, startMs);

  test("is one file that compose understands, with every profile", async () => {
    expect(await set.compose("--profile", "*", "config", "--quiet")).toBe("");
  });

  test("comes up well with two of web and engine, and is reached through nginx alone", { timeout: startMs }, async () => {
    await set.compose("up", "--detach", "--wait", "--wait-timeout", "500", "--scale", "web=2", "--scale", "engine=2");
    const nobody = createClient({ port: set.port, publicUrl });
    expect((await nobody.send("GET", "/api/health/ready")).status).toBe(200);
    expect((await nobody.send("GET", "/metrics")).status).toBe(404);
    const there = await containersOf(name);
    expect(there.map((one) => one.service).sort()).toEqual(["engine", "engine", "gateway", "nginx", "openldap", "postgres", "web", "web"]);
    expect(there.filter((one) => one.isPublished).map((one) => one.service)).toEqual(["nginx"]);
  });

  test("shows a link, and whoever opens it first administers the house", { timeout: startMs }, async () => {
    const [link = ""] = /http:\S+\/first-administrator\?key=\S+/.exec(await set.compose("logs", "prepare")) ?? [];
    const there = `127.0.0.1:${set.port}`;
    const rules = `--host-resolver-rules=MAP sheaf.localhost:80 ${there}, MAP *.sheaf.localhost:80 ${there}`;
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu", rules] });
    const page = await browser.newPage();
    await page.goto(link);
    await page.getByLabel(t.account.username).fill(person.username);
    await page.getByLabel(t.account.password, { exact: true }).fill(person.password);
    await page.getByRole("main").locator("button[type=submit]").click();
    await page.waitForURL((url) => url.pathname === "/");
    const said = await set.compose(
      "run",
      "--rm",
      "prepare",
      "token",
      "create",
      "--user",
      person.username,
      "--scope",
      "admin",
      "--scope",
      "runs:write",
      "--scope",
      "runs:read",
      "--scope",
      "worksheets:read",
    );
    ada = createClient({ port: set.port, publicUrl, token: /sheaf_\w+/.exec(said)?.[0] ?? "" });
  });

  test("brings the demo library, and runs a worksheet through nginx, gateway, web and engine in a container", { timeout: startMs }, async () => {
    await set.compose("run", "--rm", "prepare", "serve", "seed");
    expect((await ada.worksheets()).items.length).toBeGreaterThan(5);
    const done = await runDrift(ada);
    expect(done.record).toMatchObject({ environment: { name: expect.stringContaining("sheaf/kernel:"), digest: expect.stringMatching(/^sha256:/) } });
    expect(JSON.stringify(done.cells)).toContain("image/png");
  });

  test("opens JupyterLab on a host of its own", { timeout: startMs }, async () => {
    const page = browser?.contexts()[0]?.pages()[0];
    if (!page) throw new Error("Nobody is signed in.");
    const made = await askAsPage(page, routes.api.projects(), { title: "A lab of the set", type: "notebook", visibility: "private" });
    await page.goto(`${publicUrl}${routes.lab(made.slug)}`);
    const frame = page.frameLocator("iframe.lab-frame");
    await frame.locator("#jp-main-dock-panel").waitFor({ timeout: 180_000 });
    const address = await page.locator("iframe.lab-frame").getAttribute("src");
    expect(new URL(address ?? "").hostname).toMatch(/^[a-z0-9]+\.sheaf\.localhost$/);
  });

  test("is backed up while it runs; the backup restored elsewhere is whole", { timeout: startMs }, async () => {
    const running = [runDrift(ada), runDrift(ada)];
    expect(await set.compose("run", "--rm", "backup")).toContain("is whole");
    await Promise.all(running);
    const settings = parseEnv(await readFile(path.join(set.folder, ".env"), "utf8"));
    const kept = { SHEAF_BACKUPS: settings.SHEAF_BACKUPS ?? "", SHEAF_SECRET: settings.SHEAF_SECRET ?? "" };
    second = await makeSet(path.join(place, "second"), `${name}-again`, settings.SHEAF_SOURCE ?? "", kept);
    await leaveNothing(second);
    expect(await second.compose("run", "--rm", "restore")).toContain("is restored");
    expect(await second.compose("run", "--rm", "verify")).toContain("All is there");
  });

  test("counts what kernels write, deleted files too", { timeout: startMs }, async () => {
    const query = "select details->'protections' from engines";
    const said = await set.compose("exec", "--no-TTY", "postgres", "psql", "-U", "sheaf", "-d", "sheaf", "--tuples-only", "--command", query);
    expect(said).toContain("the work folder is measured every second");
    expect(said).not.toContain("are not counted");
  });

  test("knows the directory's services by their passwords, and nobody without one", { timeout: startMs }, async () => {
    const bind = (words: string) =>
      set.compose("exec", "--no-TTY", "openldap", "sh", "-c", `ldapwhoami -x -H ldaps://localhost -D "cn=admin,$LDAP_SUFFIX" ${words}`);
    expect(await bind('-w "$LDAP_ADMIN_PASSWORD" -o TLS_REQCERT=never')).toContain("dn:cn=admin");
    await expect(bind("-w wrong -o TLS_REQCERT=never")).rejects.toThrow("Invalid credentials");
    await expect(bind("-w '' -o TLS_REQCERT=never")).rejects.toThrow("unauthenticated bind");
  });

  test("comes back by itself after every main process was killed, and loses no run", { timeout: startMs }, async () => {
    const before = await containersOf(name);
    const begun = await Promise.all([1, 2, 3].map(() => startDrift(ada)));
    for (const one of before) process.kill(await mainProcessOf(one.id, mains[one.service]), "SIGKILL");
    await untilTrue(async () => (await containersOf(name)).every((one) => one.restarts > 0 && one.isRunning), startMs / 2);
    await untilTrue(async () => (await ada.send("GET", "/api/health/ready").catch(() => null))?.status === 200, startMs / 2);
    for (const id of begun) await untilTrue(async () => (await ada.run(id)).state === "done", startMs / 2);
    await runDrift(ada);
    await untilTrue(async () => (await containersOf(name)).every((one) => one.isHealthy), startMs / 2);
  });

  test.skipIf(!canHave.gitlab)("has GitLab beside it, which comes up well", { timeout: buildMs }, async () => {
    await set.compose("--profile", "gitlab", "up", "--detach", "--wait", "--wait-timeout", "1500", "gitlab");
  });

  test.skipIf(!canHave.nfs)("serves homes to machines that mount them", { timeout: startMs }, async () => {
    await set.compose("--profile", "nfs", "up", "--build", "--detach", "--wait", "nfs");
    const mounted = path.join(place, "mounted");
    await mkdir(mounted);
    await run("mount", ["-t", "nfs4", "127.0.0.1:/homes", mounted]);
    try {
      expect(await readdir(mounted)).toContain(person.username);
    } finally {
      await run("umount", [mounted]);
    }
  });

  test("has tickets, tokens, letters and figures beside it", { timeout: buildMs }, async () => {
    const profiles = ["kerberos", "keystone", "mail-dev", "monitoring"].flatMap((profile) => ["--profile", profile]);
    const services = ["kerberos", "keystone", "mail-dev", "prometheus"];
    await set.compose(...profiles, "build", ...services);
    await set.compose(...profiles, "up", "--detach", "--wait", "--wait-timeout", "500", ...services);
    const within = (service: string, script: string) => set.compose(...profiles, "exec", "--no-TTY", service, "sh", "-c", script);

    const entry = (word: string) =>
      `dn: uid=${word},ou=people,$LDAP_SUFFIX\\nobjectClass: inetOrgPerson\\nuid: ${word}\\ncn: ${word}\\nsn: ${word}\\nuserPassword: `;
    await within("openldap", `printf "${entry(person.username)}%s\\n" '${person.password}' | ldapadd -x -D "cn=admin,$LDAP_SUFFIX" -w "$LDAP_ADMIN_PASSWORD"`);
    const tokenFor = (password: string) => {
      const user = { name: person.username, domain: { name: "people" }, password };
      const body = JSON.stringify({ auth: { identity: { methods: ["password"], password: { user } } } });
      return within("keystone", `curl -s -i -H 'Content-Type: application/json' -d '${body}' http://keystone:5000/v3/auth/tokens`);
    };
    expect(await tokenFor(person.password)).toMatch(/^HTTP\/1.1 201[\s\S]*X-Subject-Token: gAAAA/);
    expect(await tokenFor("another password")).toMatch(/^HTTP\/1.1 401/);

    const krb5 = "export KRB5_CONFIG=/run/krb5/krb5.conf KRB5_KDC_PROFILE=/run/krb5/kdc.conf KRB5CCNAME=MEMORY:test;";
    await within("kerberos", `${krb5} printf 'addprinc -pw "%s" ada\\n' '${person.password}' | kadmin.local`);
    expect(await within("kerberos", `${krb5} printf '%s\\n' '${person.password}' | kinit -V ada`)).toContain("Authenticated to Kerberos v5");
    await expect(within("kerberos", `${krb5} printf 'another password\\n' | kinit -V ada`)).rejects.toThrow(/Password incorrect|Preauthentication failed/);

    const send = "import smtplib; smtplib.SMTP('mail-dev', 1025, timeout=9).sendmail('a@example.org', ['b@example.org'], 'Subject: Rye\\n\\nIt has grown.')";
    await within("mail-dev", `python3 -c "${send}"`);
    expect(await within("mail-dev", "cat /letters/box/new/*")).toContain("It has grown.");

    const figures = "wget -q -O - 'http://127.0.0.1:9090/api/v1/query?query=up'";
    await untilTrue(async () => /"job":"sheaf"\},"value":\[[\d.]+,"1"\]/.test(await within("prometheus", figures)), 120_000);
  });
});

/** Also of what was there of an earlier time that was broken off. */
const leaveNothing = (one: ProductionSet) => one.compose("--profile", "*", "down", "--volumes", "--timeout", "20");

const run = promisify(execFile);

let seed = 1;

/** With another value each time, so that nothing is answered from an earlier run. */
async function startDrift(client: SheafClient): Promise<string> {
  const { id } = await client.startRun("genetic-drift-in-a-wright-fisher-population", { seed: seed++ }, true);
  return id;
}

async function runDrift(client: SheafClient) {
  const done = await client.finish(await startDrift(client));
  expect(done).toMatchObject({ state: "done", error: null });
  return done;
}

async function askAsPage(page: Page, address: string, body: unknown): Promise<{ slug: string }> {
  return page.evaluate(
    async ([where, content]) => {
      const answer = await fetch(where, { method: "POST", body: content, headers: { "Content-Type": "application/json" } });
      return (await answer.json()) as { slug: string };
    },
    [address, JSON.stringify(body)] as const,
  );
}

/** What runs and goes on running of a set; not what ends by itself. */
async function containersOf(project: string) {
  const engine = openEngine(loadConfig().docker.address);
  const listed = await engine.listContainers({ all: true, filters: { label: [`com.docker.compose.project=${project}`, "com.docker.compose.oneoff=False"] } });
  const lasting = listed.filter((one) => (one.Labels["com.docker.compose.service"] ?? "") in mains);
  return Promise.all(
    lasting.map(async ({ Id, Labels, Ports }) => {
      const { State, RestartCount } = await engine.getContainer(Id).inspect();
      return {
        id: Id,
        service: Labels["com.docker.compose.service"] ?? "",
        isPublished: Ports.some((port) => port.PublicPort !== undefined),
        isRunning: State.Running,
        isHealthy: State.Health?.Status === "healthy",
        restarts: RestartCount,
      };
    }),
  );
}

async function mainProcessOf(id: string, called: RegExp | undefined): Promise<number> {
  const { Processes } = await openEngine(loadConfig().docker.address).getContainer(id).top({ ps_args: "-eo pid,args" });
  const found = (Processes as [string, string][]).find(([, command]) => called?.test(command));
  if (!found) throw new Error(`None of these is ${called}: ${JSON.stringify(Processes)}`);
  return Number(found[0]);
}
