import { expect, test } from "vitest";
import { examineLabHosts } from "./lab-hosts.ts";

const asked = (publicUrl: string, hosts: "wildcard" | "port" = "wildcard") =>
  examineLabHosts({ publicUrl, listen: "127.0.0.1", labs: { hosts, port: 0 } as never });

test("names below sheaf.localhost are found by browsers", async () => {
  const findings = await asked("http://sheaf.localhost:3000");
  expect(findings.map(({ state }) => state)).toEqual(["good", "good"]);
  expect(findings[0]?.text).toContain("http://*.sheaf.localhost:3000");
});
test.each(["http://192.0.2.1:3000", "http://[2001:db8::1]:3000"])("%s has no names below it", async (url) =>
  expect((await asked(url))[0]).toMatchObject({ state: "bad" }),
);
test("plain localhost is another site than the labs below it", async () =>
  expect((await asked("http://localhost:3000"))[0]).toMatchObject({ state: "attention" }));
test("names that nobody answers for want a DNS record", async () => {
  const [found, ...more] = await asked("https://sheaf.invalid");
  expect(found).toMatchObject({ state: "attention", text: expect.stringContaining("*.sheaf.invalid") });
  expect(more).toEqual([]);
});
test("a shared port says what it protects less", async () =>
  expect((await asked("https://sheaf.invalid", "port"))[0]).toMatchObject({ state: "attention", text: expect.stringContaining("protects less") }));
