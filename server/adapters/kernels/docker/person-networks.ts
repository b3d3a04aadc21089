import type Docker from "dockerode";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import { digestOf } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { bridgePrefix, ensureBridgeGuard, interfaceCharacters, isBridgeHere } from "./bridge-guard.ts";
import { labels } from "./container-options.ts";
import { explainProblem, isAbsent, isBeside } from "./engine.ts";

/** A network for the labs of one person, which they leave by, and which nobody else's are on. */
export type PersonNetworks = {
  /** Its name; it is there until as many have left as entered. */
  enter(username: string): Promise<Result<string>>;
  leave(username: string): Promise<void>;
  /** Removes what a former life left. */
  sweep(): Promise<void>;
};

const kind = "person-network";

export function createPersonNetworks(engine: Docker, scope: string, docker: Config["docker"], log: Logger): PersonNetworks {
  const inside = new Map<string, number>();
  const turns = new Map<string, Promise<unknown>>();
  /** One at a time for one person: a network is not removed while a lab of theirs is about to enter it. */
  const inTurn = <T>(username: string, work: () => Promise<T>): Promise<T> => {
    const next = (turns.get(username) ?? Promise.resolve()).then(work, work);
    const settled = next.catch(() => undefined).finally(() => turns.get(username) === settled && turns.delete(username));
    turns.set(username, settled);
    return next;
  };
  const nameOf = (username: string): string => `${bridgePrefix}u-${digestOf(`${scope}\n${username}`).slice(7, 23)}`;
  const count = (username: string, by: number): number => {
    const now = (inside.get(username) ?? 0) + by;
    if (now > 0) inside.set(username, now);
    else inside.delete(username);
    return now;
  };

  return {
    enter: (username) =>
      inTurn(username, async () => {
        const name = nameOf(username);
        const guard = await ensureBridgeGuard(docker);
        if (!guard.holds) return fail("unavailable", `Labs cannot be given a network: it would be ${guard.how}`);
        const made = await makeNetwork(engine, name, scope, docker.address);
        if (!made.ok) return made;
        count(username, 1);
        return ok(name);
      }),
    leave: (username) =>
      inTurn(username, async () => {
        if (count(username, -1) <= 0) await removeNetwork(engine, nameOf(username), log);
      }),
    async sweep() {
      const filters = JSON.stringify({ label: [`${labels.kind}=${kind}`, `${labels.scope}=${scope}`] });
      const held = new Set([...inside.keys()].map(nameOf));
      for (const { Name } of await engine.listNetworks({ filters })) if (!held.has(Name)) await removeNetwork(engine, Name, log);
    },
  };
}

async function makeNetwork(engine: Docker, name: string, scope: string, address: string): Promise<Result<void>> {
  // "sheaf-u-" and what else an interface's name has room for.
  const bridge = name.slice(0, interfaceCharacters);
  const exists = await engine
    .getNetwork(name)
    .inspect()
    .then(
      () => true,
      (error: unknown) => {
        if (!isAbsent(error)) throw error;
        return false;
      },
    );
  try {
    if (!exists)
      await engine.createNetwork({
        Name: name,
        Driver: "bridge",
        CheckDuplicate: true,
        EnableIPv6: false,
        Options: { "com.docker.network.bridge.name": bridge },
        Labels: { [labels.kind]: kind, [labels.scope]: scope },
      });
  } catch (error) {
    const why = explainProblem(error, address);
    if (/address pool|subnet sized/i.test(why))
      return fail(
        "unavailable",
        "No lab can be opened at the moment: the container engine has no addresses left for another person's network. The operator can give it more of them, smaller ones (default-address-pools in its daemon.json), or wait until somebody's labs have ended.",
      );
    if (!isBeside(error)) return fail("unavailable", `No network could be made for this lab. ${why}`);
  }
  if (await isBridgeHere(bridge)) return ok(undefined);
  await engine
    .getNetwork(name)
    .remove()
    .catch(() => undefined);
  return fail("unavailable", "Labs cannot be given a network: the container engine's bridges are not this machine's, so that nothing keeps them from it.");
}

/** One that is in use stays, for the last of those who use it. */
async function removeNetwork(engine: Docker, name: string, log: Logger): Promise<void> {
  await engine
    .getNetwork(name)
    .remove()
    .catch((error: unknown) => {
      if (!isAbsent(error)) log.debug({ err: error, name }, "a network is not removed yet");
    });
}
