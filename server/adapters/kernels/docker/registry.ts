import type Docker from "dockerode";
import { fail, ok, type Result } from "#lib/result.ts";
import type { Config } from "#server/config.ts";
import { explainProblem, isAbsent } from "./engine.ts";

export type Distribution = Pick<Config["docker"], "address" | "images" | "registry">;
type Registry = NonNullable<Distribution["registry"]>;

/** A push of gigabytes by a slow line. */
const transferMs = 1_800_000;
/** What is asked for by several at once is fetched once. */
const fetching = new Map<string, Promise<Result<string>>>();

/** Where an environment lies in the registry: named by its content, so that the name never comes to mean anything else. */
export function environmentReference({ images }: Distribution, digest: string): string {
  return `${images}/environment:${digest.replace(":", "-")}`;
}

/** Puts an image that is here into the registry, under that name. Throws what went wrong; without a registry it does nothing. */
export async function pushImage(engine: Docker, { registry }: Distribution, id: string, reference: string): Promise<void> {
  if (registry === null) return;
  const { repo, tag } = splitReference(reference);
  await engine.getImage(id).tag({ repo, tag });
  const stream = await engine.getImage(reference).push({ authconfig: authOf(registry), abortSignal: AbortSignal.timeout(transferMs) });
  await follow(engine, stream);
}

/**
 * Fetches what is not here; answers its id. What comes must be what was asked for: `expected` is the digest of its content,
 * as the engine that made it wrote it down. "not_found" where the registry does not have it.
 */
export function fetchImage(engine: Docker, distribution: Distribution, reference: string, expected: string | null): Promise<Result<string>> {
  const key = `${distribution.address} ${reference}`;
  const going = fetching.get(key);
  if (going) return going;
  const fetched = fetchNow(engine, distribution, reference, expected).finally(() => fetching.delete(key));
  fetching.set(key, fetched);
  return fetched;
}

async function fetchNow(engine: Docker, { address, registry }: Distribution, reference: string, expected: string | null): Promise<Result<string>> {
  if (registry === null) return fail("not_found", `The image ${reference} is not there, and no registry is set (SHEAF_REGISTRY).`);
  try {
    const stream = await engine.pull(reference, { authconfig: authOf(registry), abortSignal: AbortSignal.timeout(transferMs) });
    await follow(engine, stream);
    const { Id } = await engine.getImage(reference).inspect();
    if (expected === null || Id === expected) return ok(Id);
    await engine
      .getImage(reference)
      .remove()
      .catch(() => undefined);
    return fail("unavailable", `The registry ${registry.address} gave another image for ${reference} than was put there (${Id}). It is not used.`);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (isAbsent(error) || /manifest unknown|not found|repository does not exist|name unknown/i.test(said))
      return fail("not_found", `The registry ${registry.address} does not have ${reference}.`);
    return fail("unavailable", explainTransfer(error, registry, address));
  }
}

/** In words for the operator. */
export function explainTransfer(error: unknown, registry: Registry, address: string): string {
  const said = error instanceof Error ? error.message : String(error);
  if (/unauthorized|authentication required|no basic auth|denied/i.test(said))
    return `The registry ${registry.address} does not let us in: set SHEAF_REGISTRY_USER and SHEAF_REGISTRY_PASSWORD. It said: ${said}`;
  if (/server gave HTTP response to HTTPS client/i.test(said))
    return `The registry ${registry.address} speaks without TLS: give it a certificate, or name it in "insecure-registries" of each node's daemon.json.`;
  if (/connection refused|no such host|i\/o timeout|TLS handshake|certificate/i.test(said))
    return `The registry ${registry.address} cannot be reached from the container engine at ${address}. It said: ${said}`;
  return explainProblem(error, address);
}

/** Also where nobody is asked who they are: an engine refuses to push without. */
function authOf({ address, user, password }: Registry): Docker.AuthConfig {
  return { username: user ?? "", password: password ?? "", serveraddress: address.split("/")[0] ?? address };
}

function splitReference(reference: string): { readonly repo: string; readonly tag: string } {
  const colon = reference.lastIndexOf(":");
  return { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

/** To the end of what the engine says; throws what it says went wrong. */
async function follow(engine: Docker, answer: NodeJS.ReadableStream): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  engine.modem.followProgress(
    answer,
    (error) => (error ? reject(error) : resolve()),
    (said: { error?: string }) => {
      if (said.error !== undefined) reject(new Error(said.error));
    },
  );
  await promise;
}
