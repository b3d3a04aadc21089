import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { UserId } from "#lib/domain/ids.ts";
import { byToken, code, createWorld, person, type TestWorld, value, visitor } from "#tests/world.ts";
import { acceptFirstAdministrator } from "./accept-first-administrator.ts";
import { authenticateSession, createSessionCache } from "./authenticate-session.ts";
import { authenticateToken } from "./authenticate-token.ts";
import { createToken } from "./create-token.ts";
import { ensureAdministrator } from "./ensure-administrator.ts";
import { limitedAddress } from "./limit-rate.ts";
import { listSessions } from "./list-sessions.ts";
import { listTokens } from "./list-tokens.ts";
import { offerFirstAdministrator } from "./offer-first-administrator.ts";
import { revokeSession } from "./revoke-session.ts";
import { revokeSessions } from "./revoke-sessions.ts";
import { revokeToken } from "./revoke-token.ts";
import { signUp } from "./sign-up.ts";
import { startSession } from "./start-session.ts";
import { verifyPassword } from "./verify-password.ts";

let world: TestWorld;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

let host = 1;
/** Each test from its own address, so that one's limits are not another's. */
const stranger = () => world.as(visitor(null, `198.51.100.${host++}`));
const password = "correct horse 9";

describe("signing up", () => {
  test("makes somebody of the level that the site says, who can sign in", async () => {
    const made = value(await signUp(stranger(), { username: " Ada ", password, displayName: "Ada L.", email: "ada@example.org" }));
    expect(made).toMatchObject({ username: "ada", displayName: "Ada L.", level: "author" });
    expect(value(await verifyPassword(stranger(), { username: "ADA", password }))).toEqual(made);
    expect((await world.store.findUser(made.id))?.passwordHash).toMatch(/^\$argon2id\$/);
  });

  test("says by field what cannot be used, and that a name is taken", async () => {
    expect(await signUp(stranger(), { username: "a", password: "short", email: "nowhere" })).toMatchObject({
      failure: { code: "invalid", fields: { username: expect.any(String), password: expect.any(String), email: expect.any(String) } },
    });
    expect(code(await signUp(stranger(), { username: "root", password }))).toBe("invalid");
    expect(code(await signUp(stranger(), { username: "ada", password }))).toBe("conflict");
    expect(code(await signUp(stranger(), { username: "ada2", password, email: "ADA@example.org" }))).toBe("conflict");
  });

  test("two at once cannot both get a name", async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => signUp(stranger(), { username: "racer", password })));
    expect(results.map(code).sort()).toEqual(["conflict", "conflict", "conflict", "ok"]);
  });

  test("is refused where the site is closed", async () => {
    const ctx = stranger();
    expect(code(await signUp({ ...ctx, config: { ...ctx.config, registration: "closed" } }, { username: "late", password }))).toBe("forbidden");
  });
});

describe("passwords", () => {
  test("wrong name and wrong password answer alike, and a suspended person not at all", async () => {
    const wrong = await verifyPassword(stranger(), { username: "ada", password: "not this one" });
    expect(await verifyPassword(stranger(), { username: "nobody", password })).toEqual(wrong);
    expect(code(wrong)).toBe("unauthenticated");
    const made = value(await signUp(stranger(), { username: "sleepy", password }));
    await world.store.updateUser(made.id, { suspendedAt: new Date() });
    expect(await verifyPassword(stranger(), { username: "sleepy", password })).toEqual(wrong);
    const outside = await world.user("outside");
    expect(await verifyPassword(stranger(), { username: "outside", password: "" })).toEqual(wrong);
    expect(outside).toBeTruthy();
  });

  test("guessing one name from one address is stopped, forgotten after the wait, and keeps nobody out elsewhere", async () => {
    value(await signUp(stranger(), { username: "target", password }));
    const guesser = stranger();
    const tries = [];
    for (let n = 0; n < 12; n++) tries.push(code(await verifyPassword(guesser, { username: "target", password: `guess number ${n}` })));
    expect(tries.slice(10)).toEqual(["too_many", "too_many"]);
    expect(await verifyPassword(guesser, { username: "target", password })).toMatchObject({
      failure: { code: "too_many", retryAfterSeconds: expect.any(Number) },
    });
    expect(code(await verifyPassword(stranger(), { username: "target", password }))).toBe("ok");
    world.clock.offsetMs = 601_000;
    expect(code(await verifyPassword(guesser, { username: "target", password }))).toBe("ok");
    world.clock.offsetMs = 0;
  });

  test("guessing one name from many addresses is stopped as well", async () => {
    const tries = [];
    for (let n = 0; n < 102; n++) tries.push(code(await verifyPassword(stranger(), { username: "nobody-here", password: "guess" })));
    expect(tries.slice(99)).toEqual(["unauthenticated", "too_many", "too_many"]);
  });

  test("an address is counted as its network", () => {
    expect(limitedAddress("192.0.2.1")).toBe("192.0.2.1");
    expect(limitedAddress("2001:db8:1:2:3:4:5:6")).toBe(limitedAddress("2001:db8:1:2::9"));
    expect(limitedAddress("2001:db8:1:2::9")).not.toBe(limitedAddress("2001:db8:1:3::9"));
    expect(limitedAddress("::1")).toBe("0:0:0:0::/64");
  });
});

describe("sessions", () => {
  const signedIn = async (id: UserId) => startSession(world.services, { userId: id, userAgent: "Firefox" });

  test("let in until they are revoked, at once and in every process", async () => {
    const ada = await world.user("sess-ada");
    const here = await createSessionCache(world.services);
    const elsewhere = await createSessionCache(world.services);
    const [one, two] = [await signedIn(ada), await signedIn(ada)];
    for (const cache of [here, elsewhere]) expect(await authenticateSession(world.services, cache, one)).toMatchObject({ username: "sess-ada" });
    const ctx = world.as(person(ada, "sess-ada", "reader", two));
    expect(
      value(await listSessions(ctx))
        .map((session) => session.current)
        .sort(),
    ).toEqual([false, true]);
    value(await revokeSession(ctx, { sessionId: one }));
    await expect.poll(() => authenticateSession(world.services, here, one), { timeout: 2000 }).toBeNull();
    await expect.poll(() => authenticateSession(world.services, elsewhere, one), { timeout: 2000 }).toBeNull();
    expect(await authenticateSession(world.services, here, two)).not.toBeNull();
    expect(value(await revokeSessions(ctx, { keepThis: false })).revoked).toBe(1);
    await expect.poll(() => authenticateSession(world.services, here, two), { timeout: 2000 }).toBeNull();
  });

  test("end with time, and nobody ends another's", async () => {
    const [ada, bob] = [await world.user("time-ada"), await world.user("time-bob")];
    const id = await signedIn(ada);
    expect(code(await revokeSession(world.as(person(bob, "time-bob")), { sessionId: id }))).toBe("not_found");
    expect(code(await revokeSessions(world.as(byToken(ada, "time-ada")), { keepThis: false }))).toBe("unauthenticated");
    expect(await authenticateSession(world.services, { known: new Map() }, id)).not.toBeNull();
    world.clock.offsetMs = 31 * 86_400_000;
    expect(await authenticateSession(world.services, { known: new Map() }, id)).toBeNull();
    world.clock.offsetMs = 0;
  });
});

describe("tokens", () => {
  test("let in with their scopes until they are revoked or expire", async () => {
    const ada = await world.user("token-ada");
    const ctx = world.as(person(ada, "token-ada"));
    const made = value(await createToken(ctx, { name: "laptop", scopes: ["runs:read"], days: 2 }));
    expect(made.token).toMatch(/^sheaf_[0-9a-z]{32}$/);
    expect(value(await authenticateToken(world.services, made.token))).toMatchObject({ person: { username: "token-ada" }, scopes: ["runs:read"] });
    expect(value(await listTokens(ctx))).toMatchObject([{ id: made.id, name: "laptop", usedAt: expect.any(String) }]);
    expect(JSON.stringify(await world.store.listTokens(ada))).not.toContain(made.token);
    world.clock.offsetMs = 3 * 86_400_000;
    expect(code(await authenticateToken(world.services, made.token))).toBe("unauthenticated");
    world.clock.offsetMs = 0;
    const tokenId = (await world.store.listTokens(ada))[0]?.id;
    if (!tokenId) throw new Error("the token is listed");
    expect(code(await revokeToken(world.as(person(await world.user("token-bob"), "token-bob")), { tokenId }))).toBe("not_found");
    value(await revokeToken(ctx, { tokenId }));
    expect(code(await authenticateToken(world.services, made.token))).toBe("unauthenticated");
    for (const text of ["", "sheaf_", "x".repeat(5000), made.token.toUpperCase()])
      expect(code(await authenticateToken(world.services, text))).toBe("unauthenticated");
  });

  test("never beget tokens, nor more than their giver may", async () => {
    const ada = await world.user("begetter");
    expect(code(await createToken(world.as(byToken(ada, "begetter")), { name: "more", scopes: ["runs:read"], days: 1 }))).toBe("forbidden");
    expect(code(await createToken(world.as(person(ada, "begetter")), { name: "more", scopes: ["admin"], days: 1 }))).toBe("forbidden");
    expect(code(await createToken(world.as(visitor()), { name: "more", scopes: ["runs:read"], days: 1 }))).toBe("unauthenticated");
    expect(code(await createToken(world.as(person(ada, "begetter")), { name: "", scopes: ["runs:read"], days: 1 }))).toBe("invalid");
    expect(code(await createToken(world.as(person(ada, "begetter")), { name: "x", scopes: ["runs:read"], days: 4000 }))).toBe("invalid");
  });
});

describe("the first administrator", () => {
  test("is made once, by whoever has the printed address", async () => {
    const first = await offerFirstAdministrator(world.services);
    const url = await offerFirstAdministrator(world.services);
    const key = new URL(url ?? "").searchParams.get("key") ?? "";
    const old = new URL(first ?? "").searchParams.get("key") ?? "";
    expect(code(await acceptFirstAdministrator(stranger(), { key: old, username: "chief", password }))).toBe("not_found");
    expect(code(await acceptFirstAdministrator(stranger(), { key, username: "root", password }))).toBe("invalid");
    expect(value(await acceptFirstAdministrator(stranger(), { key, username: "chief", password }))).toMatchObject({ level: "admin" });
    expect(code(await acceptFirstAdministrator(stranger(), { key, username: "chief2", password }))).toBe("not_found");
    expect(await offerFirstAdministrator(world.services)).toBeNull();
  });

  test("named by the configuration takes over the name, not the sessions and tokens of who had it", async () => {
    const squatter = value(await signUp(stranger(), { username: "landlord", password }));
    const session = await startSession(world.services, { userId: squatter.id, userAgent: null });
    const made = value(await createToken(world.as(person(squatter.id, "landlord")), { name: "t", scopes: ["runs:read"], days: 365 }));
    const cache = await createSessionCache(world.services);
    expect(await authenticateSession(world.services, cache, session)).not.toBeNull();
    const services = { ...world.services, config: { ...world.services.config, admin: { user: "landlord", password: "the true landlord" } } };
    value(await ensureAdministrator(services));
    await expect.poll(() => authenticateSession(world.services, cache, session), { timeout: 2000 }).toBeNull();
    expect(code(await authenticateToken(world.services, made.token))).toBe("unauthenticated");
    // Nothing changes at the next boot: the administrator stays signed in.
    const own = await startSession(world.services, { userId: squatter.id, userAgent: null });
    value(await ensureAdministrator(services));
    expect(await authenticateSession(world.services, { known: new Map() }, own)).toMatchObject({ level: "admin" });
  });

  test("may be named by the configuration, and keeps its word when that changes", async () => {
    const named = (secret: string) => ({ ...world.services, config: { ...world.services.config, admin: { user: "boss", password: secret } } });
    for (const secret of ["first password", "first password", "second password"]) value(await ensureAdministrator(named(secret)));
    expect(value(await verifyPassword(stranger(), { username: "boss", password: "second password" }))).toMatchObject({ level: "admin" });
    expect(code(await verifyPassword(stranger(), { username: "boss", password: "first password" }))).toBe("unauthenticated");
  });
});
